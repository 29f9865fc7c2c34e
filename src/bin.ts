#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

// Not by core/errors.ts: this file alone is certain to be read by an old version.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`ipft: Node.js ${process.versions.node} is too old\nTry: Node.js 20.19 or later\n`);
  process.exit(3);
}
// What the tarball's program ipft has hidden from its own Node.js is for commands that are traced.
const { IPFT_NODE_OPTIONS } = process.env;
if (IPFT_NODE_OPTIONS !== undefined) {
  process.env['NODE_OPTIONS'] = IPFT_NODE_OPTIONS;
  delete process.env['IPFT_NODE_OPTIONS'];
}
// Done first, so that `pkill -TERM ipft` finds the process at any time.
process.title = 'ipft';
// Node's default handler of SIGUSR1 would open a debugger port, through which anyone on the loopback could
// take over this process, which runs as root.
process.on('SIGUSR1', () => undefined);

/** The command line, src/cli/main.ts, as an expression: a function of what a CommonJS file gets. It is ASCII. */
const SCRIPT = join(import.meta.dirname, 'cli.script.js');
/** Its name in stack traces: compiled code has the name that it was compiled with, wherever it is installed later. */
const NAME = 'ipft/dist/cli.script.js';

/**
 * The script as the build has compiled it with this version of Node.js (rolldown.config.js), for V8, which
 * compiles it if there is none. In front of the code are the script's mtime and size: V8 itself takes code for
 * that of any script of the same length.
 */
function compiled(): Buffer | undefined {
  try {
    const cache = readFileSync(`${SCRIPT}.${process.version}.cache`);
    const { mtimeMs, size } = statSync(SCRIPT);
    return cache.readDoubleLE(0) === mtimeMs && cache.readDoubleLE(8) === size
      ? cache.subarray(16)
      : undefined;
  } catch {
    return undefined;
  }
}

type Load = (specifier: string) => Promise<unknown>;
type Body = (
  ...of: [exports: object, require: NodeJS.Require, module: object, file: string, folder: string, load: Load]
) => void;

const script = new Script(readFileSync(SCRIPT, 'latin1'), {
  filename: NAME,
  cachedData: compiled(),
});
const module = { exports: {} as typeof import('./cli/main.js') };
const body = script.runInThisContext() as Body;
const load: Load = (specifier) => import(specifier);
body(module.exports, createRequire(SCRIPT), module, SCRIPT, dirname(SCRIPT), load);
void module.exports.main(process.argv.slice(2));
