// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readClassic, type Classic } from '../codegen/classic-code.js';
import type { ClassicInstruction } from '../core/classic-bpf.js';

/** Loads a big-endian number from a packet's bytes; -1: they are not all there. */
export type Load = (offset: number, size: number) => number;

type Operation = Extract<Classic, { does: 'operate' }>['operation'];
type Condition = Extract<Classic, { does: 'branch' }>['condition'];

const WORD_BITS = 32;

const OPERATIONS: Readonly<Partial<Record<Operation, (a: number, b: number) => number>>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => Math.imul(a, b),
  div: (a, b) => Math.floor(a / b),
  mod: (a, b) => a % b,
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  xor: (a, b) => a ^ b,
  lsh: (a, b) => (b < WORD_BITS ? a << b : 0),
  rsh: (a, b) => (b < WORD_BITS ? a >>> b : 0),
};
const CONDITIONS: Readonly<Partial<Record<Condition, (a: number, b: number) => boolean>>> = {
  eq: (a, b) => a === b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  set: (a, b) => (a & b) !== 0,
};

type Decoded = ClassicInstruction & { readonly classic: Classic };

const NOT_THERE = -1;

/** Runs a program of classic BPF, as pcap_offline_filter(3PCAP) does: a load of bytes that are not there ends it. */
export class ClassicMachine {
  readonly #program: readonly Decoded[];
  readonly #memory = new Uint32Array(16);
  #a = 0;
  #x = 0;

  constructor(program: readonly ClassicInstruction[]) {
    this.#program = program.map((each) => ({ ...each, classic: readClassic(each) }));
  }

  /** True if the packet matches. */
  run(load: Load): boolean {
    this.#a = this.#x = 0;
    this.#memory.fill(0);
    for (let at = 0; ; at++) {
      const instruction = this.#program[at];
      if (instruction === undefined) return false;
      const { classic, jt, jf, k } = instruction;
      switch (classic.does) {
        case 'return':
          return (classic.value === 'k' ? k : this.#a) !== 0;
        case 'jump':
          at += k | 0; // protochain jumps back, by a negative number
          break;
        case 'branch': {
          const holds = CONDITIONS[classic.condition]?.(this.#a, classic.operand === 'k' ? k : this.#x);
          at += holds === true ? jt : jf;
          break;
        }
        default:
          if (!this.#step(classic, k, load)) return false;
      }
    }
  }

  /** False: the program ends, and the packet does not match. */
  #step(classic: Exclude<Classic, { does: 'return' | 'jump' | 'branch' }>, k: number, load: Load): boolean {
    switch (classic.does) {
      case 'load':
        return this.#load(classic, k, load);
      case 'store':
        this.#memory[k] = classic.from === 'a' ? this.#a : this.#x;
        return true;
      case 'negate':
        this.#a = -this.#a >>> 0;
        return true;
      case 'move':
        if (classic.to === 'x') this.#x = this.#a;
        else this.#a = this.#x;
        return true;
      case 'operate': {
        const operand = classic.operand === 'k' ? k : this.#x;
        if (operand === 0 && (classic.operation === 'div' || classic.operation === 'mod')) return false;
        this.#a = (OPERATIONS[classic.operation]?.(this.#a, operand) ?? 0) >>> 0;
        return true;
      }
    }
  }

  #load(classic: Extract<Classic, { does: 'load' }>, k: number, load: Load): boolean {
    const value = this.#loaded(classic, k, load);
    if (value === NOT_THERE) return false;
    if (classic.to === 'a') this.#a = value;
    else this.#x = value;
    return true;
  }

  #loaded(classic: Extract<Classic, { does: 'load' }>, k: number, load: Load): number {
    switch (classic.mode) {
      case 'imm':
        return k;
      case 'mem':
        return this.#memory[k] ?? 0;
      case 'abs':
        return load(k, classic.size);
      case 'ind':
        return load(this.#x + k, classic.size);
      case 'msh': {
        const byte = load(k, 1);
        return byte === NOT_THERE ? NOT_THERE : (byte & 0xf) * 4;
      }
      case 'len':
        throw new Error('the length of a packet is not known');
    }
  }
}
