// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { cpu, isReturn, taskOf, tid, type RowReader } from '../core/row.js';

/** Key of the thread in which an event happened. */
export const taskKey: RowReader<number> = (rows, at) => taskOf({ tid: tid(rows, at), cpu: cpu(rows, at) });

/** Halves of 64 bits, which as bigints would take most of the time that a call takes. */
interface Halves {
  readonly high: number;
  readonly low: number;
}

const halves = (rows: DataView, at: number): Halves => ({
  high: rows.getUint32(at + 4, true),
  low: rows.getUint32(at, true),
});

/** When the call of a return began. */
function callTime(rows: DataView, at: number): Halves {
  const { high, low } = halves(rows, at + ROW.time_ns);
  const spent = halves(rows, at + ROW.duration_ns);
  return { high: (high - spent.high - (low < spent.low ? 1 : 0)) >>> 0, low: (low - spent.low) >>> 0 };
}

const isEqual = (one: Halves, other: Halves): boolean => one.low === other.low && one.high === other.high;

const isLess = (one: Halves, other: Halves): boolean =>
  one.high === other.high ? one.low < other.low : one.high < other.high;

/** A call that has not returned yet. */
interface OpenCall<T> {
  readonly time: Halves;
  readonly address: Halves;
  readonly value: T;
}

/**
 * The open calls of one thread. A return identifies its call exactly, by function and time of the call. Calls
 * that began later must have returned by then, so the stack corrects itself when events are lost.
 */
class CallStack<T> {
  readonly #calls: OpenCall<T>[] = [];

  get depth(): number {
    return this.#calls.length;
  }

  enter(rows: DataView, at: number, value: T): void {
    this.#calls.push({
      time: halves(rows, at + ROW.time_ns),
      address: halves(rows, at + ROW.function_address),
      value,
    });
  }

  /**
   * Removes the call that this return belongs to, and returns its value; undefined if the call is unknown.
   */
  leave(rows: DataView, at: number): T | undefined {
    const time = callTime(rows, at);
    const address = halves(rows, at + ROW.function_address);
    for (let top = this.#calls.length - 1; top >= 0; top--) {
      const call = this.#calls[top];
      if (call === undefined || isLess(call.time, time)) return undefined;
      if (isEqual(call.time, time) && isEqual(call.address, address)) {
        this.#calls.length = top;
        return call.value;
      }
      if (isLess(time, call.time)) this.#calls.length = top;
    }
    return undefined;
  }
}

/** The stacks of all threads. */
export class CallStacks<T> {
  readonly #stacks = new Map<number, CallStack<T>>();

  of(rows: DataView, at: number): CallStack<T> {
    const key = taskKey(rows, at);
    let stack = this.#stacks.get(key);
    if (stack === undefined) this.#stacks.set(key, (stack = new CallStack()));
    return stack;
  }
}

/** True if the second row is the return of the call in the first. */
export function isReturnOf(rows: DataView, call: number, at: number): boolean {
  return (
    isReturn(rows, at) &&
    !isReturn(rows, call) &&
    taskKey(rows, at) === taskKey(rows, call) &&
    isEqual(halves(rows, at + ROW.function_address), halves(rows, call + ROW.function_address)) &&
    isEqual(callTime(rows, at), halves(rows, call + ROW.time_ns))
  );
}
