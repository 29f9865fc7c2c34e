// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  cpu,
  durationNs,
  functionAddress,
  isReturn,
  taskOf,
  tid,
  timeNs,
  type RowReader,
} from '../core/row.js';

/** Key of the thread in which an event happened. */
export const taskKey: RowReader<number> = (rows, at) => taskOf({ tid: tid(rows, at), cpu: cpu(rows, at) });

/** A call that has not returned yet. */
interface OpenCall<T> {
  readonly time: bigint;
  readonly address: bigint;
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
    this.#calls.push({ time: timeNs(rows, at), address: functionAddress(rows, at), value });
  }

  /**
   * Removes the call that this return belongs to, and returns its value; undefined if the call is unknown.
   */
  leave(rows: DataView, at: number): T | undefined {
    const time = timeNs(rows, at) - durationNs(rows, at);
    const address = functionAddress(rows, at);
    for (let top = this.#calls.length - 1; top >= 0; top--) {
      const call = this.#calls[top];
      if (call === undefined || call.time < time) return undefined;
      if (call.time === time && call.address === address) {
        this.#calls.length = top;
        return call.value;
      }
      if (call.time > time) this.#calls.length = top;
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
    functionAddress(rows, at) === functionAddress(rows, call) &&
    timeNs(rows, at) - durationNs(rows, at) === timeNs(rows, call)
  );
}
