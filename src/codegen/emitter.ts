// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { GENERATED } from '../core/abi.js';
import { UsageError } from '../core/errors.js';

/**
 * eBPF registers: R0 is the result, R1 to R5 are arguments and clobbered by calls, R6 to R9 are preserved,
 * R10 is the frame pointer.
 */
export type Register = `r${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10}`;
export const R0 = 'r0';
export const R1 = 'r1';
export const R2 = 'r2';
export const R3 = 'r3';
export const R4 = 'r4';
export const R5 = 'r5';
export const R6 = 'r6';
export const R7 = 'r7';
export const R8 = 'r8';
export const R9 = 'r9';
export const R10 = 'r10';

/** Size of a load or store in bytes. */
export type Size = 1 | 2 | 4 | 8;
/**
 * Operations on a register and another register or a constant. `arsh` is a signed right shift; all others are
 * unsigned.
 */
export type Operation = keyof typeof OPERATIONS;
/**
 * Conditions of jumps, which compare 64 bits. Those that begin with `s` are signed; `set`: the operands have
 * a bit in common.
 */
export type Condition = keyof typeof CONDITIONS;

/** A position in the code; it may be bound after jumps to it are emitted. */
export interface Label {
  /** index of the instruction at the label; undefined = not bound yet */
  position: number | undefined;
}

/** Bytes per instruction. */
const INSTRUCTION_SIZE = 8;

/** Ids of the kernel's helper functions. */
export const HELPERS = { getCurrentTask: 35, probeReadKernel: 113, probeReadKernelStr: 115 } as const;

const CLASS = { ld: 0x00, ldx: 0x01, st: 0x02, stx: 0x03, alu: 0x04, jmp: 0x05, alu64: 0x07 } as const;
const MEM = 0x60;
const IMM64 = 0x18;
/** Flag: the right operand is a register. */
const X = 0x08;
/** Flag for OPERATIONS.end: convert to big-endian. */
const TO_BE = 0x08;

const OPERATIONS = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  mod: 0x90,
  xor: 0xa0,
  arsh: 0xc0,
} as const;
const NEG = 0x80;
const MOV = 0xb0;
const END = 0xd0;

const CONDITIONS = {
  eq: 0x10,
  gt: 0x20,
  ge: 0x30,
  set: 0x40,
  ne: 0x50,
  sgt: 0x60,
  sge: 0x70,
  lt: 0xa0,
  le: 0xb0,
  slt: 0xc0,
  sle: 0xd0,
} as const;
const JA = 0x00;
const CALL = 0x80;
const EXIT = 0x90;
const PSEUDO_KFUNC_CALL: Register = 'r2';

const SIZES = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 } as const;

interface Instruction {
  readonly code: number;
  readonly to: Register;
  readonly from: Register;
  /** a Label stands for the number of instructions between the next one and it */
  readonly offset: number | Label;
  readonly immediate: number;
}

/** An assembler for eBPF. Constants have 32 bits and are sign-extended to 64; loadImm64 takes wider ones. */
export class Emitter {
  readonly #instructions: Instruction[] = [];

  /** Number of instructions so far. */
  get length(): number {
    return this.#instructions.length;
  }

  mov(to: Register, from: Register | number): void {
    this.#operate(CLASS.alu64 | MOV, to, from);
  }

  /** Clears the upper half, as all 32-bit operations do. */
  mov32(to: Register, from: Register | number): void {
    this.#operate(CLASS.alu | MOV, to, from);
  }

  /** `to` = `to` operation `from`. */
  alu(operation: Operation, to: Register, from: Register | number): void {
    this.#operate(CLASS.alu64 | OPERATIONS[operation], to, from);
  }

  alu32(operation: Operation, to: Register, from: Register | number): void {
    this.#operate(CLASS.alu | OPERATIONS[operation], to, from);
  }

  neg(register: Register): void {
    this.#push(CLASS.alu64 | NEG, { to: register });
  }

  neg32(register: Register): void {
    this.#push(CLASS.alu | NEG, { to: register });
  }

  /** Converts the lowest bits between the machine's order and big-endian, and clears the bits above. */
  be(bits: 16 | 32 | 64, register: Register): void {
    this.#push(CLASS.alu | END | TO_BE, { to: register, immediate: bits });
  }

  /** `to` = the bytes at `base` + `offset`, zero-extended. */
  load(size: Size, to: Register, base: Register, offset: number): void {
    this.#push(CLASS.ldx | MEM | SIZES[size], { to, from: base, offset });
  }

  /** Stores a register or a constant at `base` + `offset`. */
  store(size: Size, base: Register, offset: number, value: Register | number): void {
    const code = MEM | SIZES[size];
    if (typeof value === 'string') this.#push(CLASS.stx | code, { to: base, from: value, offset });
    else this.#push(CLASS.st | code, { to: base, offset, immediate: value });
  }

  /** @param pseudo BPF_PSEUDO_*: what the kernel or the linker turns the constant into; 0 = nothing */
  loadImm64(to: Register, value: bigint, pseudo = 0): void {
    const from = `r${pseudo}` as Register;
    this.#push(CLASS.ld | IMM64, { to, from, immediate: Number(BigInt.asIntN(32, value)) });
    this.#push(0, { immediate: Number(BigInt.asIntN(32, value >> 32n)) });
  }

  jump(target: Label): void {
    this.#push(CLASS.jmp | JA, { offset: target });
  }

  jumpIf(condition: Condition, left: Register, right: Register | number, target: Label): void {
    this.#operate(CLASS.jmp | CONDITIONS[condition], left, right, target);
  }

  /** Calls a helper: arguments are in R1 to R5, the result is in R0. */
  call(helper: number): void {
    this.#push(CLASS.jmp | CALL, { immediate: helper });
  }

  /** Calls a kernel function (kfunc), by its BTF id in vmlinux, like call(). */
  callKernel(btfId: number): void {
    this.#push(CLASS.jmp | CALL, { from: PSEUDO_KFUNC_CALL, immediate: btfId });
  }

  /** Returns from the program, with R0 as the result. */
  exit(): void {
    this.#push(CLASS.jmp | EXIT, {});
  }

  label(): Label {
    return { position: undefined };
  }

  /** Binds the label to the next instruction. */
  bind(label: Label): void {
    if (label.position !== undefined) throw new Error('a label is bound twice');
    label.position = this.length;
  }

  /**
   * Returns the machine code, little-endian.
   * @throws UsageError if it is too long; Error if a label is not bound
   */
  build(): Uint8Array {
    if (this.length > GENERATED)
      throw new UsageError(
        `the filter is too long: it takes ${this.length} instructions of BPF, of at most ${GENERATED}`,
        'fewer terms: nets instead of hosts, a range of ports',
      );
    const code = new DataView(new ArrayBuffer(this.length * INSTRUCTION_SIZE));
    this.#instructions.forEach(({ code: opcode, to, from, offset, immediate }, index) => {
      const byte = index * INSTRUCTION_SIZE;
      code.setUint8(byte, opcode);
      code.setUint8(byte + 1, numberOf(to) | (numberOf(from) << 4));
      code.setInt16(byte + 2, typeof offset === 'number' ? offset : distance(index, offset), true);
      code.setInt32(byte + 4, immediate, true);
    });
    return new Uint8Array(code.buffer);
  }

  #operate(code: number, to: Register, from: Register | number, offset: Label | number = 0): void {
    if (typeof from === 'string') this.#push(code | X, { to, from, offset });
    else this.#push(code, { to, offset, immediate: from });
  }

  #push(code: number, parts: Partial<Instruction>): void {
    const instruction = { code, to: R0, from: R0, offset: 0, immediate: 0, ...parts } as const;
    const { offset, immediate } = instruction;
    if (immediate !== (immediate | 0)) throw new RangeError(`${immediate} is not a signed 32-bit constant`);
    if (typeof offset === 'number') checkOffset(offset);
    this.#instructions.push(instruction);
  }
}

const numberOf = (register: Register): number => Number(register.slice(1));

function distance(from: number, { position }: Label): number {
  if (position === undefined) throw new Error('a label is jumped to and not bound');
  return checkOffset(position - from - 1);
}

function checkOffset(offset: number): number {
  if (offset !== (offset << 16) >> 16) throw new RangeError(`${offset} is not a signed 16-bit offset`);
  return offset;
}
