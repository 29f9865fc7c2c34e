// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * The one process of tests in a guest: runs the files that the host names, one after the other, and tells what became of each
 * (protocol.ts). It ends when its standard input does.
 */
import { createInterface } from 'node:readline';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { startTests, type Task, type VitestRunner, type VitestRunnerConfig } from '@vitest/runner';
import { HOME } from '../support/home.js';
import { endLeftovers } from '../support/ipft/in-process.js';
import { fileReport } from './report.js';
import type { FileReport, Message } from './protocol.js';

const STDOUT = 1;
/** Where the bundled files are. */
const BUNDLES = import.meta.dirname;
const TIMEOUT_MS = 600_000;

function say(message: Message): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length;) at += writeSync(STDOUT, bytes, at);
}

for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
  console[level] = (...words: unknown[]) =>
    say({
      kind: 'log',
      text: words.map((word) => (typeof word === 'string' ? word : inspect(word))).join(' '),
    });

/** Errors that no test has thrown. */
const unhandled: string[] = [];
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => void unhandled.push(inspect(error)));

const CONFIG: VitestRunnerConfig = {
  ...{ root: HOME, setupFiles: [], name: undefined, passWithNoTests: false, testNamePattern: undefined },
  ...{ allowOnly: false, chaiConfig: undefined, maxConcurrency: 1, retry: 0, includeTaskLocation: false },
  ...{ testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS, tags: [], tagsFilter: undefined, strictTags: false },
  sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
};

const runner: VitestRunner = {
  config: CONFIG,
  importFile: (path) => import(pathToFileURL(path).href),
  onAfterRunTask: ({ type, result }: Task) => {
    if (type === 'test') say({ kind: 'test', status: result?.state ?? 'fail' });
  },
};

/** Runs `test/kernel/.../NAME.test.ts`, which is bundled under the same name. */
async function run(name: string): Promise<FileReport> {
  const startTime = Date.now();
  const [file] = await startTests([join(BUNDLES, name.replace(/\.ts$/, '.js'))], runner);
  if (file === undefined) throw new Error(`no tests in ${name}`);
  return fileReport(name, file, startTime);
}

// These tests change the kernel that they run on.
if (!readFileSync('/proc/cmdline', 'latin1').includes('ipft.job='))
  throw new Error('this is no guest of lab/vm');

say({ kind: 'ready' });
for await (const name of createInterface({ input: process.stdin })) {
  const report = await run(name);
  await endLeftovers(); // of a file that has failed
  await nextTurn(); // what nobody has caught is told now
  say({ kind: 'file', report, unhandled: unhandled.splice(0) });
}
process.exit(unhandled.length === 0 ? 0 : 1);
