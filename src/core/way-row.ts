// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { AFTER, KNOWN_WAYS, LONG_SHIFT, ROW, ROW_SIZE, STEP, STEP_SIZE, WAY, WAY_STEPS } from './abi.js';
import { forgetOldest } from './oldest.js';
import type { Layout } from './reads.js';
import { hasFlag, number64, type RowReader } from './row.js';

/** True for a row that is not a call but has the whole way of its packet, as the tracer `ways` keeps it. */
export const isWay = hasFlag(WAY);
/** True for a row of a relation that says how many calls the parent had had: callsBefore(). */
export const saysCalls = hasFlag(AFTER);
export const callsBefore: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.steps, true);

/** Hash of the functions on the way. */
export const wayHash: RowReader<bigint> = (rows, at) => rows.getBigUint64(at + ROW.way, true);
/** CLOCK_MONOTONIC of the first call, ns. */
export const wayFirstNs: RowReader<bigint> = (rows, at) => rows.getBigUint64(at + ROW.first_ns, true);
/** From the first call to the last, ns. */
export const wayLengthNs = number64(ROW.duration_ns);
/** How many calls there were. */
export const wayCalls: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.calls, true);
/** How many of them the row has, the first ones; 0: none. */
export const waySteps: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.steps, true);

/** Rows of the tracer `ways`: each has room for the calls of its way. */
export const WAYS_LAYOUT: Layout = {
  reads: [],
  size: WAY_STEPS * STEP_SIZE,
  rowSize: ROW_SIZE + WAY_STEPS * STEP_SIZE,
};

/** The functions on a way. */
export interface KnownWay {
  /** by their index in the function table, in order; the first WAY_STEPS at most */
  readonly functions: Uint32Array;
}

/** More than the kernel remembers (KNOWN_WAYS). */
const MOST_KNOWN = 4 * KNOWN_WAYS;

/** What is known of ways: the functions are in the rows of a way's first packets only. */
export class KnownWays {
  readonly #known = new Map<bigint, KnownWay>();
  #learned = 0;

  at(hash: bigint): KnownWay | undefined {
    return this.#known.get(hash);
  }

  /** How many ways' functions it has learned. */
  get learned(): number {
    return this.#learned;
  }

  /** The way that a row has; undefined: its functions are not known yet. */
  of(rows: DataView, at: number): KnownWay | undefined {
    const hash = wayHash(rows, at);
    const known = this.#known.get(hash);
    if (known !== undefined) this.#refresh(hash, known);
    if (known !== undefined || waySteps(rows, at) === 0) return known;
    this.#learned++;
    const found = { functions: functionsIn(rows, at) };
    this.#known.set(hash, found);
    forgetOldest(this.#known, MOST_KNOWN);
    return found;
  }

  /** Once ways are forgotten, those that came last stay: the kernel, which remembers fewer, does not send them again. */
  #refresh(hash: bigint, known: KnownWay): void {
    if (this.#known.size < MOST_KNOWN / 2) return;
    this.#known.delete(hash);
    this.#known.set(hash, known);
  }
}

const stepAt = (at: number, index: number): number => at + ROW_SIZE + index * STEP_SIZE;

/** The functions that a row has. */
export function functionsIn(rows: DataView, at: number): Uint32Array {
  const functions = new Uint32Array(waySteps(rows, at));
  for (let index = 0; index < functions.length; index++)
    functions[index] = rows.getUint32(stepAt(at, index) + STEP.function, true);
  return functions;
}

const LONG = 2 ** 31;

/** When the calls were that a row has, ns since the first: exact to 2.1 s after the one before, else to 1.024 us. */
export function timesIn(rows: DataView, at: number): number[] {
  const times: number[] = [];
  let now = 0;
  for (let index = 0; index < waySteps(rows, at); index++) {
    const since = rows.getUint32(stepAt(at, index) + STEP.since, true);
    now += since < LONG ? since : (since - LONG) * 2 ** LONG_SHIFT;
    times.push(now);
  }
  return times;
}
