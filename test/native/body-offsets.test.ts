// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addon } from '../support/addon/addon.js';

/*
 * Code of a kernel that does not exist: functions of 64 bytes, one behind the other, in a kcore with a segment for the
 * kernel and one for a module.
 */
const TEXT = 0xffffffff81000000n;
const MODULE = 0xffffffffc0400000n;
const SIZE = 64;
const PAGE = 4096;

const RET = 0xc3;
const NOP = [0x0f, 0x1f, 0x44, 0x00, 0x00];
const CALL = [0xe8, 0x11, 0x22, 0x33, 0x00];
const ENDBR = [0xf3, 0x0f, 0x1e, 0xfa];

/** A function that begins so; what follows does nothing. */
const code = (...bytes: number[]): number[] => [
  ...bytes,
  ...new Array<number>(SIZE - bytes.length).fill(RET),
];

const int32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff);
/** jmp and jz, `at` so many bytes behind a target. */
const nearJump = (at: number): number[] => [0xe9, ...int32(-at - 5)];
const nearBranch = (at: number): number[] => [0x0f, 0x84, ...int32(-at - 6)];
const shortJump = (at: number): number[] => [0xeb, -at - 2];

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'ipft-bodies-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function segment(address: bigint, size: number, offset: number): Buffer {
  const header = Buffer.alloc(56);
  header.writeUInt32LE(1, 0); // PT_LOAD
  header.writeBigUInt64LE(BigInt(offset), 8);
  header.writeBigUInt64LE(address, 16);
  header.writeBigUInt64LE(BigInt(size), 32);
  header.writeBigUInt64LE(BigInt(size), 40);
  return header;
}

function kcore(kernel: Buffer, module: Buffer): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header.writeBigUInt64LE(64n, 32); // e_phoff
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(2, 56); // e_phnum
  const headers = [header, segment(TEXT, kernel.length, PAGE), segment(MODULE, module.length, 2 * PAGE)];
  const file = Buffer.alloc(2 * PAGE + module.length);
  Buffer.concat(headers).copy(file);
  kernel.copy(file, PAGE);
  module.copy(file, 2 * PAGE);
  return file;
}

const at = (start: bigint, index: number): bigint => start + BigInt(index * SIZE);

/** Writes a kernel of these functions, and a module. */
function write(kernel: number[][], module: number[][] = []): { text: BigUint64Array; kcore: string } {
  const path = join(folder, 'kcore');
  writeFileSync(path, kcore(Buffer.from(kernel.flat()), Buffer.from(module.flat())));
  return { text: BigUint64Array.of(TEXT, at(TEXT, kernel.length)), kcore: path };
}

/** The offsets of the functions of the kernel, then of the module. */
function offsets(kernel: number[][], module: number[][] = [], stacks = false): number[] {
  const addresses = BigUint64Array.of(
    ...kernel.map((_, index) => at(TEXT, index)),
    ...module.map((_, index) => at(MODULE, index)),
  );
  return [...addon.readBodyOffsets({ addresses, stacks, ...write(kernel, module) })];
}

const plain = code(...NOP);

describe('a function is probed in its body', () => {
  it.each([
    ['the room for ftrace is a nop', NOP],
    ['that of an older kernel on an AMD processor', [0x66, 0x66, 0x66, 0x66, 0x90]],
    ['that of an older kernel on another one', [0x3e, 0x8d, 0x74, 0x26, 0x00]],
    ['ftrace uses it', CALL],
  ])('%s', (_, room) => {
    expect(offsets([code(...room)])).toEqual([5]);
  });

  it.each([
    ['it begins with endbr64', ENDBR],
    ['with an endbr64 that the kernel has taken away', [0x66, 0x0f, 0x1f, 0x00]],
    ['with one that it has poisoned', [0x0f, 0x1f, 0x40, 0xd6]],
  ])('%s', (_, pad) => {
    expect(offsets([code(...pad, ...NOP)])).toEqual([9]);
  });

  it('even if there are jumps to its entry, or past the beginning of its body', () => {
    expect(
      offsets([code(...NOP, ...nearJump(5)), code(...NOP, 0x90, 0x90, 0x90, 0x90, 0x90, ...nearJump(0))]),
    ).toEqual([5, 5]);
  });
});

describe('a function is probed at its entry', () => {
  it('if it has no room for ftrace', () => {
    expect(offsets([code(0x55, 0x48, 0x89, 0xe5), plain])).toEqual([0, 5]);
  });

  it('if it is in a module', () => {
    expect(offsets([plain], [plain])).toEqual([5, 0]);
  });

  it('if its address is outside of known code', () => {
    const addresses = BigUint64Array.of(0n, TEXT - 1n, TEXT + BigInt(SIZE), MODULE);
    const options = { addresses, ...write([plain]) };
    expect([...addon.readBodyOffsets(options)]).toEqual([0, 0, 0, 0]);
  });

  it.each([
    ['a short jump', code(...NOP, 0x90, 0x90, ...shortJump(2))],
    ['a near jump', code(...NOP, 0x90, ...nearJump(1))],
    ['a branch', code(...NOP, 0x90, ...nearBranch(1))],
    ['a short branch behind endbr64', code(...ENDBR, ...NOP, 0x90, 0x74, -1 - 2)],
    ['a loop', code(...NOP, 0xe2, -2)],
  ])('if %s leads back to its body', (_, loop) => {
    expect(offsets([plain, loop, plain])).toEqual([5, 0, 5]);
  });

  it('if a jump in another function leads to its body, such as from unlikely code placed elsewhere', () => {
    const before = code(0x90, 0xe9, ...int32(SIZE + 5 - 6));
    const behind = code(0x90, ...nearJump(SIZE + 1 - 5));
    expect(offsets([before, plain, plain])).toEqual([0, 0, 5]);
    expect(offsets([plain, behind])).toEqual([0, 0]);
  });

  it('if a jump in another function leads to bytes that the kernel would overwrite by its own jump', () => {
    const jumpTo = (place: number): number[] => code(0x90, ...nearJump(SIZE + 1 - place));
    expect([6, 9, 10].map((place) => offsets([plain, jumpTo(place)])[0])).toEqual([0, 0, 5]);
  });
});

describe('if stacks are recorded, a function is probed at its entry', () => {
  it.each([
    ['its body begins with a push of one byte', 0x55, 0],
    ['or with pushf', 0x9c, 0],
    ['but not if the push has more bytes', 0x41, 5],
  ])('%s', (_, first, offset) => {
    const pushes = code(...NOP, first, 0x54);
    expect(offsets([pushes], [], true)).toEqual([offset]);
    expect(offsets([pushes])).toEqual([5]);
  });
});

it('unreadable code is an error with an errno', () => {
  const options = {
    ...write([plain]),
    addresses: BigUint64Array.of(TEXT),
    kcore: join(folder, 'no-such-file'),
  };
  expect(() => addon.readBodyOffsets(options)).toThrow(
    expect.objectContaining({ code: 'ENOENT', phase: 'kernel text' }),
  );
  writeFileSync(
    join(folder, 'text'),
    'this is no ELF file, although it is long enough to be the header of one, and more',
  );
  expect(() => addon.readBodyOffsets({ ...options, kcore: join(folder, 'text') })).toThrow(
    expect.objectContaining({ code: 'ENOEXEC' }),
  );
  const { kcore: there } = write([plain]);
  const known = { ...options, kcore: there };
  expect(() => addon.readBodyOffsets({ ...known, text: BigUint64Array.of(TEXT, 0n) })).toThrow(
    expect.objectContaining({ code: 'ENOENT', message: expect.stringContaining('_etext') as string }),
  );
  expect(() => addon.readBodyOffsets({ ...known, text: BigUint64Array.of(TEXT - 4096n, TEXT) })).toThrow(
    expect.objectContaining({ code: 'EFAULT' }),
  );
});
