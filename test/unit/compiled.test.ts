// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOME } from '../support/home.js';
import { BARE_HOME } from '../support/stand-ins/build-homes.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync('/tmp/ipft-compiled-');
  cpSync(BARE_HOME, home, { recursive: true, preserveTimestamps: true });
});
afterEach(() => rmSync(home, { recursive: true }));

const script = (): string => join(home, 'dist/cli.script.js');
const compiled = (): string => `${script()}.${process.version}.cache`;

const version = (): string => {
  const { stdout, stderr } = spawnSync(process.execPath, [join(home, 'dist/bin.cjs'), '--version'], {
    encoding: 'utf8',
  });
  return stdout + stderr;
};

/** Makes the script another one of the same length, which names another version. */
function changeScript(): void {
  const text = readFileSync(script(), 'utf8');
  const changed = text.replace('String(manifest.version)', "String('another script')");
  expect(changed).toHaveLength(text.length);
  expect(changed).not.toBe(text);
  writeFileSync(script(), changed);
}

/** Rewrites the compiled script as if it had been made of the script that is there. */
function changeCompiled(change: (bytes: Buffer) => Buffer = (bytes) => bytes): void {
  const { mtimeMs, size } = statSync(script());
  const bytes = readFileSync(compiled());
  bytes.writeDoubleLE(mtimeMs, 0);
  bytes.writeDoubleLE(size, 8);
  writeFileSync(compiled(), change(bytes));
}

const VERSION = `${(JSON.parse(readFileSync(join(HOME, 'package.json'), 'utf8')) as { version: string }).version}\n`;
const ANOTHER = 'another script\n';

describe('the script that the build has compiled', () => {
  it('is what runs', () => {
    changeScript();
    changeCompiled();
    expect(version()).toBe(VERSION); // of the script as it was compiled
  });

  it('is not used for another script of the same length', () => {
    changeScript();
    expect(version()).toBe(ANOTHER);
  });

  it.each<[string, () => void]>([
    ['is absent', () => rmSync(compiled())],
    ['is of another version of Node.js', () => renameSync(compiled(), `${script()}.v20.19.0.cache`)],
    ['is empty', () => writeFileSync(compiled(), '')],
    ['is cut', () => changeCompiled((bytes) => bytes.subarray(0, bytes.length - 8))],
    ['has only its head', () => changeCompiled((bytes) => bytes.subarray(0, 16))],
    ['is of another version of V8', () => changeCompiled((bytes) => bytes.fill(0xff, 16 + 4, 16 + 8))],
  ])('is not used if it %s', (_, damage) => {
    changeScript();
    damage();
    expect(version()).toBe(ANOTHER);
  });
});
