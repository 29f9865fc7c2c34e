// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ColumnContext } from './column.js';
import { isComparison, type Comparison, type Expression } from './condition.js';
import { checkNumber, checkText, notACondition, notComparableText, notNumbers } from './condition-errors.js';
import type { ResolvedPath } from './field-path.js';
import { UnsupportedError } from './errors.js';
import { capturedIn, type Captured, type Layout, type Read } from './reads.js';
import { gsoSegs, gsoSize, gsoType, len, mark, tid, type RowReader } from './row.js';
import { shellWord } from './shell-word.js';
import { numberReader, smallReader } from './value.js';

/*
 * Conditions of --where on rows that have been recorded: they hold for the rows for which they would have held
 * in BPF (codegen/condition.ts).
 */

/** Paths that each row has without a read. */
const IN_ROWS: ReadonlyMap<string, { readonly read: RowReader<number>; readonly isSigned?: boolean }> =
  new Map([
    ['skb->len', { read: len }],
    ['skb->mark', { read: mark }],
    ['shinfo->gso_size', { read: gsoSize }],
    ['shinfo->gso_segs', { read: gsoSegs }],
    ['shinfo->gso_type', { read: gsoType }],
    ['task->pid', { read: tid, isSigned: true }],
  ]);

/** A path may be written with points instead of arrows. */
const withArrows = (path: string): string => path.replaceAll('.', '->');

function pathsIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'path':
      return [expression.path];
    case 'not':
      return pathsIn(expression.operand);
    case 'binary':
      return [...pathsIn(expression.left), ...pathsIn(expression.right)];
    default:
      return [];
  }
}

/** The reads that a condition needs besides what each row has. */
export function readsOf(expression: Expression): readonly Read[] {
  const further = pathsIn(expression).filter((path) => !IN_ROWS.has(withArrows(path)));
  return [...new Set(further)].map((path) => ({ kind: 'path', paths: [path] }));
}

/** The read of a layout that has the value of a path, whatever it was read for; undefined: none. */
function readFor(path: string, layout: Layout): Read | undefined {
  const wanted = withArrows(path);
  return layout.reads.find(({ path: found }) => found !== null && withArrows(found.path) === wanted)?.read;
}

/** The paths of a condition of which rows of this layout have no value. */
export const unrecordedPaths = (expression: Expression, layout: Layout): readonly string[] =>
  [...new Set(pathsIn(expression))].filter(
    (path) => !IN_ROWS.has(withArrows(path)) && readFor(path, layout) === undefined,
  );

const HOLDS = 1;
const DOES_NOT = 0;
const UNKNOWN = -1;
type Truth = typeof HOLDS | typeof DOES_NOT | typeof UNKNOWN;

/** Whether there is a value: HOLDS: yes; DOES_NOT: a pointer is null; UNKNOWN: something else is in its place. */
type Presence = RowReader<Truth>;

/** A side of a comparison. */
interface Operand {
  /** its lowest 64 bits */
  readonly bits: RowReader<bigint>;
  /** the same as a number, which is faster; null: it may have more than 32 bits */
  readonly small: RowReader<number> | null;
  /** the small one may be negative */
  readonly mayBeNegative: boolean;
  /** it is compared with its sign */
  readonly isSigned: boolean;
  readonly captured: readonly Captured[];
}

const WORD_BITS = 32;
const LEAST_LARGE = 2n ** 32n;
const to64 = (value: bigint): bigint => BigInt.asUintN(64, value);

function constantOf(value: bigint): Operand {
  const bits = to64(value);
  const number = Number(bits);
  const small = bits < LEAST_LARGE ? (): number => number : null;
  return { bits: () => bits, small, mayBeNegative: false, isSigned: false, captured: [] };
}

function smallOperand(read: RowReader<number>, isSigned: boolean, captured: readonly Captured[]): Operand {
  const small: RowReader<number> = isSigned ? (rows, at) => read(rows, at) | 0 : read;
  const bits: RowReader<bigint> = (rows, at) => to64(BigInt(small(rows, at)));
  return { bits, small, mayBeNegative: isSigned, isSigned, captured };
}

/** The value of a path in rows. */
function captureOf(captured: Captured, { kind, size, bitSize, bigEndian }: ResolvedPath): Operand {
  const isSigned = kind === 'signed';
  if (size > 4 || (bitSize !== 0 && bigEndian)) {
    const read = numberReader(captured);
    const bits: RowReader<bigint> = (rows, at) => to64(read(rows, at));
    return { bits, small: null, mayBeNegative: isSigned, isSigned, captured: [captured] };
  }
  const unsigned = smallReader(captured);
  const shift = WORD_BITS - (bitSize === 0 ? size * 8 : bitSize);
  const extended: RowReader<number> = (rows, at) => (unsigned(rows, at) << shift) >> shift;
  return smallOperand(isSigned ? extended : unsigned, isSigned, [captured]);
}

function and(left: Operand, right: Operand): Operand {
  const captured = [...left.captured, ...right.captured];
  const { small: a } = left;
  const { small: b } = right;
  if (a !== null && b !== null && !(left.mayBeNegative && right.mayBeNegative))
    return smallOperand((rows, at) => (a(rows, at) & b(rows, at)) >>> 0, false, captured);
  const bits: RowReader<bigint> = (rows, at) => left.bits(rows, at) & right.bits(rows, at);
  return { bits, small: null, mayBeNegative: false, isSigned: false, captured };
}

type Compare = <Number extends number | bigint>(left: Number, right: Number) => boolean;
const COMPARE: Readonly<Record<Comparison, Compare>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

function compared(operator: Comparison, left: Operand, right: Operand): RowReader<boolean> {
  const compare = COMPARE[operator];
  const isSigned = left.isSigned || right.isSigned;
  const { small: a } = left;
  const { small: b } = right;
  // Where a side may be negative, and signs do not count, its bits are compared.
  const isSafe = isSigned || !(left.mayBeNegative || right.mayBeNegative);
  if (a !== null && b !== null && isSafe) return (rows, at) => compare(a(rows, at), b(rows, at));
  const value = ({ bits }: Operand): RowReader<bigint> =>
    isSigned ? (rows, at) => BigInt.asIntN(64, bits(rows, at)) : bits;
  const [leftValue, rightValue] = [value(left), value(right)];
  return (rows, at) => compare(leftValue(rows, at), rightValue(rows, at));
}

/**
 * Whether what is compared is there. As in BPF, values are read one after the other up to a null pointer, but
 * pointers of another type count wherever they are.
 */
function presenceOf(captured: readonly Captured[]): Presence {
  if (captured.length === 0) return () => HOLDS;
  return (rows, at) => {
    let presence: Truth = HOLDS;
    for (const { path, isAbsent, isUnknown } of captured) {
      if (!isAbsent(rows, at)) continue;
      const isThroughPointer = (path?.steps.length ?? 0) > 1;
      if (isUnknown(rows, at) && (presence === HOLDS || isThroughPointer)) return UNKNOWN;
      presence = DOES_NOT;
    }
    return presence;
  };
}

const truthOf = (presence: Presence, holds: RowReader<boolean>): RowReader<Truth> => {
  return (rows, at) => {
    const there = presence(rows, at);
    if (there !== HOLDS) return there;
    return holds(rows, at) ? HOLDS : DOES_NOT;
  };
};

/** Whether a string of the kernel's is `text`. It is read up to the last byte but one, as BPF reads it. */
function textReader({ at: offset, size }: Captured, text: string): RowReader<boolean> {
  const bytes = Buffer.from(text);
  const isWhole = bytes.length === size - 1;
  return (rows, at) => {
    const start = at + offset;
    for (let i = 0; i < bytes.length; i++) if (rows.getUint8(start + i) !== bytes[i]) return false;
    return isWhole || rows.getUint8(start + bytes.length) === 0;
  };
}

/** Makes readers of rows from expressions. */
class Compiler {
  readonly #captured: (read: Read) => Captured;

  constructor(
    private readonly layout: Layout,
    private readonly context: Pick<ColumnContext, 'enumMembers'>,
  ) {
    this.#captured = capturedIn(layout);
  }

  /** A literal whose truth is unknown does not hold, and neither does its negation. */
  compile(expression: Expression, isNegated = false): RowReader<boolean> {
    if (expression.kind === 'not') return this.compile(expression.operand, !isNegated);
    if (expression.kind === 'binary' && (expression.operator === '&&' || expression.operator === '||')) {
      const left = this.compile(expression.left, isNegated);
      const right = this.compile(expression.right, isNegated);
      if ((expression.operator === '&&') !== isNegated)
        return (rows, at) => left(rows, at) && right(rows, at);
      return (rows, at) => left(rows, at) || right(rows, at);
    }
    const truth = this.#literal(expression);
    const wanted = isNegated ? DOES_NOT : HOLDS;
    return (rows, at) => truth(rows, at) === wanted;
  }

  #literal(expression: Expression): RowReader<Truth> {
    if (expression.kind === 'string') throw notACondition(expression.value);
    if (expression.kind === 'binary' && isComparison(expression.operator))
      return this.#comparison(expression.operator, expression.left, expression.right);
    const operand = this.#operand(expression);
    return truthOf(presenceOf(operand.captured), compared('!=', operand, constantOf(0n)));
  }

  #comparison(operator: Comparison, left: Expression, right: Expression): RowReader<Truth> {
    if (left.kind === 'string') return this.#textComparison(operator, right, left);
    if (right.kind === 'string') return this.#textComparison(operator, left, right);
    const [a, b] = [this.#operand(left), this.#operand(right)];
    return truthOf(presenceOf([...a.captured, ...b.captured]), compared(operator, a, b));
  }

  #textComparison(operator: Comparison, left: Expression, right: Expression): RowReader<Truth> {
    if (left.kind !== 'path' || right.kind !== 'string' || (operator !== '==' && operator !== '!='))
      throw notComparableText();
    const captured = this.#find(left.path);
    if (captured.path === null) throw notComparableText();
    checkText(captured.path, left.path, right.value);
    const isEqual = textReader(captured, right.value);
    const holds: RowReader<boolean> = operator === '==' ? isEqual : (rows, at) => !isEqual(rows, at);
    return truthOf(presenceOf([captured]), holds);
  }

  #operand(expression: Expression): Operand {
    switch (expression.kind) {
      case 'number':
        return constantOf(expression.value);
      case 'name':
        return constantOf(this.#constant(expression.name));
      case 'path':
        return this.#path(expression.path);
      case 'binary':
        if (expression.operator === '&')
          return and(this.#operand(expression.left), this.#operand(expression.right));
    }
    throw notNumbers();
  }

  #path(path: string): Operand {
    const inRow = IN_ROWS.get(withArrows(path));
    if (inRow !== undefined) return smallOperand(inRow.read, inRow.isSigned === true, []);
    const captured = this.#find(path);
    if (captured.path === null) throw notNumbers();
    checkNumber(captured.path, path);
    return captureOf(captured, captured.path);
  }

  #find(path: string): Captured {
    const read = readFor(path, this.layout);
    if (read !== undefined) return this.#captured(read);
    throw new UnsupportedError(`--where: ${path} was not recorded`, `ipft record -f ${shellWord(path)}`);
  }

  #constant(name: string): bigint {
    const members = this.context.enumMembers(name);
    const value = members?.values[members.names.indexOf(name)];
    if (value !== undefined) return BigInt(value);
    throw new UnsupportedError(`--where: the kernel's constant ${name} was not recorded`, 'its number');
  }
}

/**
 * Returns a reader that says whether a condition holds for a row of a call. Throws an UnsupportedError for a path
 * whose value the rows do not have, and a UsageError for what no kernel can compare.
 */
export const conditionOnRows = (
  expression: Expression,
  layout: Layout,
  context: Pick<ColumnContext, 'enumMembers'>,
): RowReader<boolean> => new Compiler(layout, context).compile(expression);
