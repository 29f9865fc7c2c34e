// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ClassicInstruction } from '../core/classic-bpf.js';
import { readClassic, type Classic } from './classic-code.js';
import {
  R0,
  R1,
  R10,
  R8,
  R9,
  type Condition,
  type Emitter,
  type Label,
  type Operation,
  type Register,
} from './emitter.js';
import type { PacketReader } from './packet-reader.js';
import { STACK } from './stack-frame.js';

const A = R8;
const X = R9;
const REGISTERS = { a: A, x: X } as const;

/**
 * How often a program may jump back; `protochain` does so for each header of the chain. The kernel's BPF
 * cannot loop without proof of an end, so the code is copied for each time.
 */
const LOOPS = 8;

const INVERSE: Partial<Record<Condition, Condition>> = { eq: 'ne', gt: 'le', ge: 'lt' };

/** An instruction in one of the copies. `position`: its position in all copies together. */
interface Step {
  readonly position: number;
  readonly classic: Classic;
  readonly instruction: ClassicInstruction;
  /**
   * positions of the following steps: one; two for a branch, first the one for a true condition; none for a
   * return
   */
  readonly next: readonly number[];
  readonly label: Label;
}

/**
 * Translates a classic program to eBPF with the semantics of pcap_offline_filter(3PCAP). The code ends with
 * R0 = the result, and has no unreachable instructions. The packet is read through `packet`; `reject` is where
 * rejected packets go.
 */
export class ClassicTranslator {
  readonly #steps = new Map<number, Step>();

  constructor(
    private readonly emitter: Emitter,
    private readonly program: readonly ClassicInstruction[],
    private readonly packet: PacketReader,
    private readonly reject: Label,
  ) {
    this.#find();
  }

  translate(): void {
    const e = this.emitter;
    for (const word of this.#memory()) e.store(4, R10, memoryAt(word), 0);
    e.mov(A, 0);
    e.mov(X, 0);
    const steps = [...this.#steps.values()].sort((a, b) => a.position - b.position);
    for (const step of steps) {
      e.bind(step.label);
      this.#emit(step);
    }
  }

  /** Finds the reachable steps. */
  #find(): void {
    const positions = [0];
    for (let position = positions.pop(); position !== undefined; position = positions.pop()) {
      if (this.#steps.has(position)) continue;
      const instruction = this.program[position % this.program.length];
      if (instruction === undefined) throw new Error('the classic program is empty');
      const classic = readClassic(instruction);
      const next = this.#after(position, classic, instruction);
      this.#steps.set(position, { position, classic, instruction, next, label: this.emitter.label() });
      positions.push(...next.filter((target) => this.#isInside(target)));
    }
  }

  #after(position: number, classic: Classic, { jt, jf, k }: ClassicInstruction): number[] {
    const following = position + 1;
    if (classic.does === 'return') return [];
    if (classic.does === 'branch') return [following + jt, following + jf];
    if (classic.does !== 'jump') return [following];
    const distance = k | 0;
    return [following + distance + (distance < 0 ? this.program.length : 0)];
  }

  /** False after the last copy: the program has jumped back too often, and the packet is rejected. */
  #isInside(position: number): boolean {
    return position < this.program.length * (LOOPS + 1);
  }

  #labelOf(position = -1): Label {
    return this.#steps.get(position)?.label ?? this.reject;
  }

  /**
   * Indexes of the memory words that are read. They are zeroed at the start, as the verifier requires them to
   * be initialized.
   */
  #memory(): Set<number> {
    const read = this.program.filter((instruction) => {
      const classic = readClassic(instruction);
      return classic.does === 'load' && classic.mode === 'mem';
    });
    return new Set(read.map(({ k }) => k));
  }

  #emit(step: Step): void {
    const e = this.emitter;
    const { classic, instruction, next } = step;
    const { k } = instruction;
    switch (classic.does) {
      case 'load':
        return this.#load(classic, k);
      case 'store':
        return e.store(4, R10, memoryAt(k), REGISTERS[classic.from]);
      case 'operate':
        return this.#operate(classic.operation, classic.operand, k);
      case 'negate':
        return e.neg32(A);
      case 'move':
        return classic.to === 'a' ? e.mov32(A, X) : e.mov32(X, A);
      case 'jump':
        return e.jump(this.#labelOf(next[0]));
      case 'branch':
        return this.#branch(step, classic.condition, classic.operand);
      case 'return':
        e.mov32(R0, classic.value === 'a' ? A : k | 0);
        return e.exit();
    }
  }

  #load(load: Classic & { does: 'load' }, k: number): void {
    const e = this.emitter;
    const to = REGISTERS[load.to];
    switch (load.mode) {
      case 'imm':
        return e.mov32(to, k | 0);
      case 'mem':
        return e.load(4, to, R10, memoryAt(k));
      case 'len':
        return e.load(4, to, R10, STACK.length);
      case 'abs':
        return this.packet.loadAt(load.size, to, k);
      case 'ind':
        return this.packet.loadIndexed(load.size, to, X, k);
      case 'msh':
        this.packet.loadAt(1, to, k);
        e.alu32('and', to, 0xf);
        return e.alu32('lsh', to, 2);
    }
  }

  #operate(operation: Operation, operand: 'k' | 'x', k: number): void {
    const e = this.emitter;
    const divides = operation === 'div' || operation === 'mod';
    const shifts = operation === 'lsh' || operation === 'rsh';
    if (operand === 'x') {
      if (divides) e.jumpIf('eq', X, 0, this.reject);
      if (shifts) return this.#shift(operation);
      return e.alu32(operation, A, X);
    }
    // pcap_compile refuses such constants.
    if ((divides && k === 0) || (shifts && k > 31)) throw new Error(`classic BPF: ${operation} by ${k}`);
    e.alu32(operation, A, k | 0);
  }

  /** Shift by X; the processor would take X modulo 32. */
  #shift(operation: Operation): void {
    const e = this.emitter;
    const shifted = e.label();
    const done = e.label();
    e.jumpIf('le', X, 31, shifted);
    e.mov32(A, 0);
    e.jump(done);
    e.bind(shifted);
    e.alu32(operation, A, X);
    e.bind(done);
  }

  #branch({ position, instruction, next }: Step, condition: Condition, operand: 'k' | 'x'): void {
    const right = operand === 'x' ? X : this.#constant(instruction.k, condition);
    const [holds, fails] = next;
    const inverse = INVERSE[condition];
    if (holds === position + 1 && inverse !== undefined) {
      this.emitter.jumpIf(inverse, A, right, this.#labelOf(fails));
      return;
    }
    this.emitter.jumpIf(condition, A, right, this.#labelOf(holds));
    if (fails !== position + 1) this.emitter.jump(this.#labelOf(fails));
  }

  /** A and X are unsigned 32 bits, while constants of jumps are sign-extended. */
  #constant(k: number, condition: Condition): Register | number {
    const signed = k | 0;
    if (signed >= 0 || condition === 'set') return signed;
    this.emitter.mov32(R1, signed);
    return R1;
  }
}

const memoryAt = (word: number): number => STACK.memory + word * 4;
