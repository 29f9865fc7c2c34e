// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ClassicInstruction } from '../core/classic-bpf.js';
import type { Condition, Operation, Size } from './emitter.js';

/** Encoding of classic BPF, as in bpf_filter(3) and pcap/bpf.h. */
const CLASSES = ['ld', 'ldx', 'st', 'stx', 'alu', 'jmp', 'ret', 'misc'] as const;
const MODES = ['imm', 'abs', 'ind', 'mem', 'len', 'msh'] as const;
const SIZES: readonly (Size | undefined)[] = [4, 2, 1];
const NEG = 0x80;
const TXA = 0x80;
const RETURN_A = 0x10;
const OPERAND_X = 0x08;

const OPERATIONS: Readonly<Record<number, Operation | undefined>> = {
  0x00: 'add',
  0x10: 'sub',
  0x20: 'mul',
  0x30: 'div',
  0x40: 'or',
  0x50: 'and',
  0x60: 'lsh',
  0x70: 'rsh',
  0x90: 'mod',
  0xa0: 'xor',
};

const CONDITIONS: Readonly<Record<number, Condition | undefined>> = {
  0x10: 'eq',
  0x20: 'gt',
  0x30: 'ge',
  0x40: 'set',
};

/** Decoded operation of an instruction, with accumulator A, index register X, memory M and constant k. */
export type Classic =
  /** A or X = bytes of the packet: at k, at X + k, or four times the lower 4 bits of the byte at k */
  | { does: 'load'; to: 'a' | 'x'; mode: 'abs' | 'ind' | 'msh'; size: Size }
  | { does: 'load'; to: 'a' | 'x'; mode: 'imm' | 'mem' | 'len' }
  /** M[k] = A or X */
  | { does: 'store'; from: 'a' | 'x' }
  /** A = A operation operand */
  | { does: 'operate'; operation: Operation; operand: 'k' | 'x' }
  | { does: 'negate' }
  | { does: 'jump' }
  | { does: 'branch'; condition: Condition; operand: 'k' | 'x' }
  | { does: 'return'; value: 'k' | 'a' }
  /** X = A, or A = X */
  | { does: 'move'; to: 'a' | 'x' };

/** @throws Error for an invalid instruction */
export function readClassic({ code }: ClassicInstruction): Classic {
  const operand = (code & OPERAND_X) === 0 ? 'k' : 'x';
  const operation = OPERATIONS[code & 0xf0];
  const condition = CONDITIONS[code & 0xf0];
  switch (CLASSES[code & 7]) {
    case 'ld':
      return readLoad(code, 'a');
    case 'ldx':
      return readLoad(code, 'x');
    case 'st':
      return { does: 'store', from: 'a' };
    case 'stx':
      return { does: 'store', from: 'x' };
    case 'alu':
      if ((code & 0xf0) === NEG) return { does: 'negate' };
      if (operation !== undefined) return { does: 'operate', operation, operand };
      break;
    case 'jmp':
      if ((code & 0xf0) === 0) return { does: 'jump' };
      if (condition !== undefined) return { does: 'branch', condition, operand };
      break;
    case 'ret':
      return { does: 'return', value: (code & RETURN_A) === 0 ? 'k' : 'a' };
    case 'misc':
      return { does: 'move', to: (code & TXA) === 0 ? 'x' : 'a' };
    case undefined:
  }
  throw unknownCode(code);
}

function readLoad(code: number, to: 'a' | 'x'): Classic {
  const mode = MODES[code >> 5];
  const size = SIZES[(code >> 3) & 3];
  if (mode === undefined || size === undefined) throw unknownCode(code);
  if (mode === 'imm' || mode === 'mem' || mode === 'len') return { does: 'load', to, mode };
  return { does: 'load', to, mode, size };
}

const unknownCode = (code: number): Error => new Error(`there is no classic BPF instruction ${code}`);
