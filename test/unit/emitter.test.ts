// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Emitter, HELPERS, R0, R1, R10, R2, R3, R6, R9 } from '../../src/codegen/emitter.js';

/** The machine code in hex, an instruction each: opcode, registers, offset, constant. */
function assemble(write: (emitter: Emitter) => void): string[] {
  const emitter = new Emitter();
  write(emitter);
  const hex = Buffer.from(emitter.build()).toString('hex');
  return hex.match(/.{16}/g) ?? [];
}

/** As clang -mcpu=v2 assembles the same. */
describe('the encoding', () => {
  it.each<[string, (e: Emitter) => void, string[]]>([
    ['r1 = r2', (e) => e.mov(R1, R2), ['bf21000000000000']],
    ['r1 = -1', (e) => e.mov(R1, -1), ['b7010000ffffffff']],
    ['w1 = w2', (e) => e.mov32(R1, R2), ['bc21000000000000']],
    ['w9 = 7', (e) => e.mov32(R9, 7), ['b409000007000000']],
    ['r1 += r2', (e) => e.alu('add', R1, R2), ['0f21000000000000']],
    ['r1 += -96', (e) => e.alu('add', R1, -96), ['07010000a0ffffff']],
    ['w1 /= w2', (e) => e.alu32('div', R1, R2), ['3c21000000000000']],
    ['w1 %= 10', (e) => e.alu32('mod', R1, 10), ['940100000a000000']],
    ['r6 s>>= 32', (e) => e.alu('arsh', R6, 32), ['c706000020000000']],
    ['r6 = -r6', (e) => e.neg(R6), ['8706000000000000']],
    ['w6 = -w6', (e) => e.neg32(R6), ['8406000000000000']],
    ['r1 = be16 r1', (e) => e.be(16, R1), ['dc01000010000000']],
    ['r1 = be32 r1', (e) => e.be(32, R1), ['dc01000020000000']],
    ['r1 = *(u8 *)(r2 + 1)', (e) => e.load(1, R1, R2, 1), ['7121010000000000']],
    ['r1 = *(u16 *)(r2 + 2)', (e) => e.load(2, R1, R2, 2), ['6921020000000000']],
    ['r1 = *(u32 *)(r2 + 4)', (e) => e.load(4, R1, R2, 4), ['6121040000000000']],
    ['r1 = *(u64 *)(r10 - 8)', (e) => e.load(8, R1, R10, -8), ['79a1f8ff00000000']],
    ['*(u64 *)(r10 - 8) = r1', (e) => e.store(8, R10, -8, R1), ['7b1af8ff00000000']],
    ['*(u8 *)(r10 - 1) = r3', (e) => e.store(1, R10, -1, R3), ['733affff00000000']],
    ['*(u32 *)(r10 - 4) = 5', (e) => e.store(4, R10, -4, 5), ['620afcff05000000']],
    [
      'r1 = 0x1122334455667788 ll',
      (e) => e.loadImm64(R1, 0x1122334455667788n),
      ['1801000088776655', '0000000044332211'],
    ],
    ['call 113', (e) => e.call(HELPERS.probeReadKernel), ['8500000071000000']],
    ["call the kernel's 0x1234", (e) => e.callKernel(0x1234), ['8520000034120000']],
    ['exit', (e) => e.exit(), ['9500000000000000']],
  ])('%s', (_, write, code) => expect(assemble(write)).toEqual(code));
});

describe('labels', () => {
  it('can be jumped to forwards and backwards', () => {
    const code = assemble((e) => {
      const start = e.label();
      const end = e.label();
      e.bind(start);
      e.jumpIf('eq', R1, 4, end);
      e.jumpIf('lt', R1, R2, end);
      e.jump(start);
      e.bind(end);
      e.mov(R0, 0);
      e.exit();
    });
    expect(code.slice(0, 3)).toEqual(['1501020004000000', 'ad21010000000000', '0500fdff00000000']);
  });

  it('are refused when they are unbound, bound twice, or in code that is too long', () => {
    const emitter = new Emitter();
    const label = emitter.label();
    emitter.jump(label);
    expect(() => emitter.build()).toThrow('not bound');
    for (let i = 0; i < 32_767; i++) emitter.mov(R0, 0);
    emitter.bind(label);
    expect(emitter.build().length).toBe(32_768 * 8);
    expect(() => emitter.bind(label)).toThrow('twice');

    const long = new Emitter();
    for (let i = 0; i < 32_769; i++) long.mov(R0, 0);
    expect(() => long.build()).toThrow('too long: it takes 32769 instructions of BPF, of at most 32768');
  });
});

describe('constants', () => {
  it('are refused when they do not fit into the instruction', () => {
    expect(() => new Emitter().mov(R0, 0x80000000)).toThrow('is not a signed 32-bit constant');
    expect(() => new Emitter().load(1, R0, R1, 0x8000)).toThrow('is not a signed 16-bit offset');
  });
});
