// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Other tracers, as programs that the user has: each is named by a variable of the environment.
//
//   node bench/tracers.mjs    checks the paths, and prints what lab/vm needs to pass them on
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** From the start of a tracer to its word that it is ready: with a probe for each function minutes, in a guest. */
const READY_SECONDS = 1200;

const lastMatch = (text, pattern) => [...text.matchAll(pattern)].at(-1);

/** `ready`: what it says then; `functions`: how many it traces, by what it has said. */
export const TRACERS = [
  {
    id: 'ipftrace2',
    variable: 'IPFTRACE2',
    // Its default of 8 pages is full after some packets, and what is lost is cheaper than what is not.
    args: (mark) => ['-m', `${mark}`, '-o', 'json', '--perf-page-count', '4096'],
    ready: /Trace ready/,
    functions: (said) => Number(lastMatch(said, /succeeded (\d+)/g)?.[1] ?? NaN),
  },
  {
    id: 'pwru',
    variable: 'PWRU',
    args: (mark) => ['--filter-mark', `${mark}`],
    ready: /Listening for events/,
    functions: (said) => Number(lastMatch(said, /(\d+) \/ \d+/g)?.[1] ?? NaN),
  },
];

/** Why a path is no program; null: it is one. */
function refusal(path) {
  try {
    if (!statSync(path).isFile()) return 'it is no file';
    accessSync(path, constants.X_OK);
    return null;
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'there is no such file';
    if (error.code === 'EACCES') return 'it may not be executed';
    throw error;
  }
}

/** The tracers that the environment names, with their paths. Throws for a path that is no program. */
export function namedTracers() {
  return TRACERS.flatMap((tracer) => {
    const given = process.env[tracer.variable] ?? '';
    if (given === '') return [];
    const path = resolve(given);
    const reason = refusal(path);
    if (reason !== null) throw new Error(`${tracer.variable}=${given}: ${reason}`);
    return [{ ...tracer, path }];
  });
}

export const leftOut = () => TRACERS.filter(({ variable }) => (process.env[variable] ?? '') === '');

/** Starts a tracer whose results nobody reads; resolves once it is ready. */
export async function startTracer({ id, path, args, ready }, mark) {
  const child = spawn(path, args(mark), { stdio: ['ignore', 'ignore', 'pipe'] });
  const run = { child, said: '', exited: new Promise((done) => child.once('close', done)) };
  child.once('error', (error) => (run.said += `\n${error.message}`));
  child.stderr.on('data', (text) => (run.said += text));
  for (let waited = 0; !ready.test(run.said); waited++) {
    const isOver = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
    if (isOver || waited > READY_SECONDS) {
      child.kill('SIGKILL');
      throw new Error(`${id} (${path}) did not become ready:\n${run.said.slice(-2000)}`);
    }
    await sleep(1000); // seldom: whoever asks takes the time from a guest that has one core
  }
  return run;
}

/** Ends it as Ctrl-C does, and waits: it may take minutes. */
export async function stopTracer({ child, exited }) {
  child.kill('SIGINT');
  await exited;
}

if (process.argv[1] === resolve(fileURLToPath(import.meta.url))) {
  try {
    for (const { variable, path } of namedTracers()) console.log(`--env\n${variable}=${path}`);
  } catch (error) {
    console.error(`bench/run against: ${error.message}`);
    process.exitCode = 2;
  }
}
