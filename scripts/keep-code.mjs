// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * Compiles a script for the version of Node.js that runs this, and keeps the code beside it for src/bin.ts, which says when it
 * is used.
 *   node scripts/keep-code.mjs dist/cli.script.js
 */
import { readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** What src/bin.ts calls the script. */
const NAME = 'ipft/dist/cli.script.js';

/** Writes FILE.VERSION.cache. */
export function keepCode(file) {
  setFlagsFromString('--no-lazy');
  const script = new Script(readFileSync(file, 'latin1'), { filename: NAME });
  setFlagsFromString('--lazy'); // V8 takes no code that was compiled with other flags
  const { mtimeMs, size } = statSync(file);
  const head = Buffer.from(Float64Array.of(mtimeMs, size).buffer);
  writeFileSync(`${file}.${process.version}.cache`, Buffer.concat([head, script.createCachedData()]));
}

if (import.meta.filename === realpathSync(process.argv[1])) keepCode(process.argv[2]);
