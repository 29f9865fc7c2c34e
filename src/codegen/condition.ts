// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Comparison, Expression } from '../core/condition.js';
import { isComparison } from '../core/condition.js';
import {
  checkNumber,
  checkText,
  notACondition,
  notComparableText,
  notNumbers,
} from '../core/condition-errors.js';
import { UsageError } from '../core/errors.js';
import type { ResolvedPath } from '../core/field-path.js';
import {
  HELPERS,
  R0,
  R1,
  R10,
  R2,
  R3,
  R6,
  R7,
  R8,
  R9,
  type Condition,
  type Emitter,
  type Label,
  type Register,
} from './emitter.js';
import { doubtOf, PathFollower, readNumber, type Doubt, type SkbOffsets } from './path-reads.js';

/** Resolves the names in an expression for this kernel. */
export interface Names {
  path(path: string): ResolvedPath;
  /** value of a constant; throws a UsageError if it does not exist */
  constant(name: string): bigint;
}

const SKB = R6;
const LEFT = R7;
const RIGHT = R8;
/**
 * Stack layout: a scratch word for reads, then a string, then a word for each operand that waits for its
 * other side.
 */
const SCRATCH = -8;
const STRING_ROOM = 64;
const STRING = SCRATCH - STRING_ROOM;
const MOST_WAITING = 16;

const UNSIGNED: Readonly<Record<Comparison, Condition>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};
const SIGNED: Readonly<Record<Comparison, Condition>> = {
  ...UNSIGNED,
  '<': 'slt',
  '<=': 'sle',
  '>': 'sgt',
  '>=': 'sge',
};

/** Translates expressions of --where to eBPF. R6 is the skb; R1 to R5 and R7 to R9 are overwritten. */
export class ConditionTranslator {
  readonly #follower: PathFollower;
  #waiting = 0;
  /** where execution continues if the value of a comparison cannot be determined */
  #unknown: Label;

  constructor(
    private readonly code: Emitter,
    private readonly names: Names,
    private readonly skb: SkbOffsets,
  ) {
    this.#follower = new PathFollower(code, SKB, skb, SCRATCH);
    this.#unknown = code.label();
  }

  /**
   * Continues at `yes` or `no`. A comparison is false, whatever its operator, if a pointer on a path is null.
   * If a value cannot be determined since the kernel stores something else in its place, the comparison is
   * false under `!`, too.
   */
  emit(expression: Expression, yes: Label, no: Label, isNegated = false): void {
    const { code } = this;
    if (expression.kind === 'not') return this.emit(expression.operand, no, yes, !isNegated);
    if (expression.kind !== 'binary' || (expression.operator !== '&&' && expression.operator !== '||'))
      return this.#literal(expression, yes, no, isNegated);
    const { operator, left, right } = expression;
    const second = code.label();
    if (operator === '&&') this.emit(left, second, no, isNegated);
    else this.emit(left, yes, second, isNegated);
    code.bind(second);
    this.emit(right, yes, no, isNegated);
  }

  /**
   * Checks only when it matters whether pointers are of the expected type: not if the literal is false
   * anyway, as it is for nearly every packet.
   */
  #literal(expression: Expression, yes: Label, no: Label, isNegated: boolean): void {
    const { code } = this;
    const doubts = this.#doubtsOf(expression);
    const [known, unknown] = isNegated ? [no, yes] : [yes, no];
    const doubtful = doubts.size === 0 ? known : code.label();
    this.#unknown = unknown;
    if (isNegated) this.#truth(expression, unknown, doubtful);
    else this.#truth(expression, doubtful, unknown);
    if (doubtful === known) return;
    code.bind(doubtful);
    for (const doubt of doubts) this.#follower.pointer(doubt, R9, unknown);
    code.jump(known);
  }

  #doubtsOf(expression: Expression): Set<Doubt> {
    if (expression.kind === 'binary')
      return new Set([...this.#doubtsOf(expression.left), ...this.#doubtsOf(expression.right)]);
    const doubt = expression.kind === 'path' ? doubtOf(this.names.path(expression.path), this.skb) : null;
    return new Set(doubt === null ? [] : [doubt]);
  }

  /** Emits the test of a comparison, or of a number. */
  #truth(expression: Expression, yes: Label, no: Label): void {
    const { code } = this;
    if (expression.kind === 'string') throw notACondition(expression.value);
    if (expression.kind === 'binary' && isComparison(expression.operator))
      return this.#comparison(expression.operator, expression.left, expression.right, yes, no);
    this.#number(expression, LEFT, no);
    code.jumpIf('ne', LEFT, 0, yes);
    code.jump(no);
  }

  #comparison(operator: Comparison, left: Expression, right: Expression, yes: Label, no: Label): void {
    const { code } = this;
    if (left.kind === 'string' || right.kind === 'string') {
      const [path, text] = left.kind === 'string' ? [right, left] : [left, right];
      return this.#compareStrings(operator, path, text, yes, no);
    }
    this.#number(left, LEFT, no);
    const slot = this.#push(LEFT);
    this.#number(right, RIGHT, no);
    this.#pop(slot, LEFT);
    const isSigned = this.#isSigned(left) || this.#isSigned(right);
    code.jumpIf((isSigned ? SIGNED : UNSIGNED)[operator], LEFT, RIGHT, yes);
    code.jump(no);
  }

  #isSigned(expression: Expression): boolean {
    return expression.kind === 'path' && this.names.path(expression.path).kind === 'signed';
  }

  #push(register: Register): number {
    if (this.#waiting === MOST_WAITING) throw new UsageError('--where: the expression is nested too deeply');
    const slot = STRING - 8 * ++this.#waiting;
    this.code.store(8, R10, slot, register);
    return slot;
  }

  #pop(slot: number, to: Register): void {
    this.code.load(8, to, R10, slot);
    this.#waiting--;
  }

  #number(expression: Expression, to: typeof LEFT | typeof RIGHT, absent: Label): void {
    const { code } = this;
    switch (expression.kind) {
      case 'number':
        return code.loadImm64(to, expression.value);
      case 'name':
        return code.loadImm64(to, this.names.constant(expression.name));
      case 'path':
        return this.#value(this.names.path(expression.path), expression.path, to, absent);
      case 'binary':
        if (expression.operator === '&') return this.#and(expression.left, expression.right, to, absent);
    }
    throw notNumbers();
  }

  #and(left: Expression, right: Expression, to: typeof LEFT | typeof RIGHT, absent: Label): void {
    this.#number(left, LEFT, absent);
    const slot = this.#push(LEFT);
    this.#number(right, RIGHT, absent);
    this.#pop(slot, LEFT);
    this.code.alu('and', LEFT, RIGHT);
    if (to !== LEFT) this.code.mov(to, LEFT);
  }

  #value(path: ResolvedPath, text: string, to: Register, absent: Label): void {
    const { code } = this;
    checkNumber(path, text);
    const { size } = path;
    this.#follower.follow(path, R9, absent, this.#unknown);
    const offset = path.steps.at(-1) ?? 0;
    readNumber(code, to, size, { address: R9, offset, scratch: SCRATCH }, absent);
    if (path.bigEndian && size > 1) code.be((size * 8) as 16 | 32 | 64, to);
    const bits = path.bitSize === 0 ? size * 8 : path.bitSize;
    if (path.bitSize === 0 && (path.kind !== 'signed' || bits === 64)) return;
    code.alu('lsh', to, 64 - bits - path.bitOffset);
    code.alu(path.kind === 'signed' ? 'arsh' : 'rsh', to, 64 - bits);
  }

  #compareStrings(operator: Comparison, left: Expression, right: Expression, yes: Label, no: Label): void {
    const { code } = this;
    if (left.kind !== 'path' || right.kind !== 'string' || (operator !== '==' && operator !== '!='))
      throw notComparableText();
    const path = this.names.path(left.path);
    checkText(path, left.path, right.value);
    const bytes = Buffer.from(right.value);
    const room = Math.ceil(path.size / 8) * 8;
    this.#follower.follow(path, R9, no, this.#unknown);
    for (let at = 0; at < room; at += 8) code.store(8, R10, STRING + at, 0);
    code.mov(R1, R10);
    code.alu('add', R1, STRING);
    code.mov(R2, path.size);
    code.mov(R3, R9);
    code.alu('add', R3, path.steps.at(-1) ?? 0);
    code.call(HELPERS.probeReadKernelStr);
    code.jumpIf('sle', R0, 0, no);
    const [equal, unequal] = operator === '==' ? [yes, no] : [no, yes];
    const words = Buffer.concat([bytes, Buffer.alloc(room)]);
    for (let at = 0; at <= bytes.length; at += 8) {
      code.load(8, R1, R10, STRING + at);
      code.loadImm64(R2, words.readBigUInt64LE(at));
      code.jumpIf('ne', R1, R2, unequal);
    }
    code.jump(equal);
  }
}
