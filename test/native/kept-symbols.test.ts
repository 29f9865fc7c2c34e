// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tableRows } from '../support/addon/table-rows.js';
import { addon } from '../support/addon/addon.js';
import { writeKernel, type Sources } from '../support/addon/symbols.js';
import { FIXTURES } from '../support/home.js';

/** A function of the fixture that takes an skb. */
const NAME = 'returns_int';
const BEFORE = 0xf000n;
const NOW = 0xf100n;

let around: string;
let folder: string;
let btf: string;
beforeAll(() => {
  around = mkdtempSync(join(tmpdir(), 'ipft-kept-'));
  btf = join(around, 'functions.o');
  execFileSync('gcc', ['-gbtf', '-c', '-Wno-psabi', join(FIXTURES, 'functions.c'), '-o', btf]);
});
afterAll(() => rmSync(around, { recursive: true, force: true }));

beforeEach(() => {
  folder = join(around, 'ipft-symbols');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MODULE = 'dummy 16384 0 - Live 0xffffffffc0a00000';

/** A kernel that has the function there. */
const kernel = (address: bigint, modules: readonly string[] = [MODULE]): Sources =>
  writeKernel(around, {
    kallsyms: [`${address.toString(16)} T ${NAME}`, 'f800 T other'],
    traceable: ['other', NAME],
    modules,
  });

const kept = (): string => join(folder, 'symbols');

/** Where the function is, by what is kept or by the kernel. */
function read(sources: Sources, cache = folder): bigint | undefined {
  const table = addon.readFunctions({
    ...{ btf, moduleBtf: join(around, 'no-modules'), cache },
    ...sources,
  });
  const found = tableRows(table).find(({ name }) => name === NAME);
  expect(found?.reason).toBe('');
  return found?.address;
}

/** FNV-1a of what follows the header, in whose last word it stands. */
function forge(change: (text: string) => string): void {
  const bytes = readFileSync(kept());
  const rest = Buffer.from(change(bytes.toString('latin1', 40)), 'latin1');
  const sum = rest.reduce(
    (hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n),
    0xcbf29ce484222325n,
  );
  bytes.writeBigUInt64LE(sum, 32);
  writeFileSync(kept(), Buffer.concat([bytes.subarray(0, 40), rest]));
}

describe('what is kept of kallsyms and tracefs', () => {
  beforeEach(() => expect(read(kernel(BEFORE))).toBe(BEFORE));

  it('is a file for root alone, and is used while the kernel is the same', () => {
    expect([statSync(folder).mode & 0o777, statSync(kept()).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(readdirSync(folder)).toEqual(['symbols']);
    expect(read(kernel(NOW))).toBe(BEFORE);
    forge((text) => text);
    expect(read(kernel(NOW))).toBe(BEFORE);
    expect(read(kernel(NOW, ['dummy 16384 7 veth,vrf, Live 0xffffffffc0a00000']))).toBe(BEFORE);
  });

  it.each<[string, readonly string[]]>([
    ['is gone', []],
    ['has come', [MODULE, 'veth 16384 0 - Live 0xffffffffc0b00000']],
    ['is at another address', ['dummy 16384 0 - Live 0xffffffffc0a01000']],
    ['has freed its initialization', ['dummy 12288 0 - Live 0xffffffffc0a00000']],
    ['is going', ['dummy 16384 0 - Unloading 0xffffffffc0a00000']],
    ['is another one', ['dummz 16384 0 - Live 0xffffffffc0a00000']],
  ])('is not used, and written anew, when a module %s', (_, modules) => {
    expect(read(kernel(NOW, modules))).toBe(NOW);
    expect(read(kernel(BEFORE, modules))).toBe(NOW);
  });

  it('is not used when the BTF of a module has another inode, or after another boot', () => {
    const moduleBtf = join(around, 'modules');
    mkdirSync(moduleBtf);
    writeFileSync(join(moduleBtf, 'dummy'), '');
    const withBtf = (address: bigint): bigint | undefined => read({ ...kernel(address), ...{ moduleBtf } });
    expect([withBtf(BEFORE), withBtf(NOW)]).toEqual([BEFORE, BEFORE]);
    writeFileSync(join(moduleBtf, 'again'), '');
    renameSync(join(moduleBtf, 'again'), join(moduleBtf, 'dummy'));
    expect(withBtf(NOW)).toBe(NOW);
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1');
    forge((text) => text.replace(boot, boot.replace(/./g, '0')));
    expect(withBtf(BEFORE)).toBe(BEFORE);
  });

  it('is not used for other functions', () => {
    const known = { knownFunctions: 'another_one 1 *\n' };
    expect(read({ ...kernel(NOW), ...known })).toBe(NOW);
  });

  it.each<[string, () => void]>([
    ['others may write to it', () => chmodSync(kept(), 0o620)],
    ['others may read it', () => chmodSync(kept(), 0o604)],
    ['it is not root who owns it', () => chownSync(kept(), 1, 0)],
    ['it is empty', () => writeFileSync(kept(), '')],
    ['it is cut', () => writeFileSync(kept(), readFileSync(kept()).subarray(0, -1))],
    ['it has only its header', () => writeFileSync(kept(), readFileSync(kept()).subarray(0, 40))],
    [
      'a digit is another one',
      () => {
        const text = readFileSync(kept(), 'latin1');
        expect(text).toContain('f000 T');
        writeFileSync(kept(), text.replace('f000 T', 'f010 T'), 'latin1');
      },
    ],
    ['its lengths are wrong', () => writeFileSync(kept(), readFileSync(kept()).fill(0xff, 8, 32))],
    ['it is another format', () => writeFileSync(kept(), readFileSync(kept()).fill('2', 7, 8))],
    [
      'it is a symbolic link',
      () => {
        renameSync(kept(), join(folder, 'elsewhere'));
        symlinkSync('elsewhere', kept());
      },
    ],
    [
      'it is a pipe',
      () => {
        rmSync(kept());
        execFileSync('mkfifo', ['-m', '600', kept()]);
      },
    ],
  ])('is not used, and written anew, if %s', (_, spoil) => {
    spoil();
    expect(read(kernel(NOW))).toBe(NOW);
    expect(read(kernel(BEFORE))).toBe(NOW);
  });

  it.each<[string, () => void]>([
    ['others can write to', () => chmodSync(folder, 0o770)],
    ['another one owns', () => chownSync(folder, 1, 0)],
    [
      'is a symbolic link',
      () => {
        renameSync(folder, `${folder}-elsewhere`);
        symlinkSync(`${folder}-elsewhere`, folder);
      },
    ],
  ])('is neither used nor written in a folder that %s', (_, spoil) => {
    spoil();
    const before = readFileSync(kept());
    expect(read(kernel(NOW))).toBe(NOW);
    expect(readFileSync(kept()).equals(before)).toBe(true);
    rmSync(`${folder}-elsewhere`, { recursive: true, force: true });
  });

  it('is not used if the kernel does not let its own files be read', () => {
    const { kallsyms, ...others } = kernel(NOW);
    rmSync(kallsyms);
    expect(() => read({ kallsyms, ...others })).toThrow('No such file');
    const sources = kernel(NOW);
    rmSync(join(sources.tracefs, 'available_filter_functions'));
    expect(addon.readFunctions({ ...sources, btf, cache: folder }).traceableUnknown).toContain(
      'No such file',
    );
  });
});

describe('a folder in which nothing can be kept', () => {
  it.each<[string, () => string]>([
    ['is on a file system that is read-only', () => '/proc/ipft-symbols'],
    ['is a file', () => btf],
    ['is in a folder that does not exist', () => join(around, 'nowhere/ipft-symbols')],
  ])('is no error: it %s', (_, cache) => {
    expect(read(kernel(BEFORE), cache())).toBe(BEFORE);
    expect(read(kernel(NOW), cache())).toBe(NOW);
    expect(existsSync(join(around, 'nowhere'))).toBe(false);
  });
});
