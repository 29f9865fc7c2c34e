// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { CallLines } from '../core/call-line.js';
import { CallStacks, taskKey } from './calls.js';
import { isReturn } from '../core/row.js';
import type { TextBuffer } from '../core/text-buffer.js';

const NONE = -1;

/**
 * Pairs of calls and returns. Arrays are indexed by the position of an event in `offsets`; `partner` has the
 * position of a call's return, of a return's call, or NONE.
 */
interface Pairs {
  readonly partner: Int32Array;
  /** 1 if no other event of the thread lies between a call and its return */
  readonly leaf: Uint8Array;
}

function pair(rows: DataView, offsets: Uint32Array): Pairs {
  const partner = new Int32Array(offsets.length).fill(NONE);
  const leaf = new Uint8Array(offsets.length);
  const stacks = new CallStacks<number>();
  const last = new Map<number, number>();
  offsets.forEach((at, position) => {
    const task = taskKey(rows, at);
    const stack = stacks.of(rows, at);
    if (isReturn(rows, at)) {
      const call = stack.leave(rows, at);
      if (call !== undefined) {
        partner[call] = position;
        partner[position] = call;
        leaf[call] = leaf[position] = last.get(task) === call ? 1 : 0;
      }
    } else stack.enter(rows, at, position);
    last.set(task, position);
  });
  return { partner, leaf };
}

/**
 * Writes the lines of one packet's events without their newlines, one line per step. `offsets` are in order
 * of time; events are nested per thread. A call without a return has nothing nested in it, since it is not
 * known what it enclosed.
 */
export function* callTree(
  rows: DataView,
  offsets: Uint32Array,
  lines: CallLines,
  text: TextBuffer,
): Generator<void> {
  const { partner, leaf } = pair(rows, offsets);
  const depths = new Map<number, number>();
  for (let position = 0; position < offsets.length; position++) {
    const at = offsets[position] ?? 0;
    const task = taskKey(rows, at);
    const depth = depths.get(task) ?? 0;
    const other = partner[position] ?? NONE;
    const isClosing = isReturn(rows, at);
    if (other === NONE) {
      lines[isClosing ? 'closeUnknown' : 'unreturned'](rows, at, depth, text);
    } else if (leaf[position] === 1) {
      if (isClosing) continue;
      lines.leaf(rows, at, depth, text, rows, offsets[other] ?? 0);
    } else {
      depths.set(task, isClosing ? depth - 1 : depth + 1);
      if (isClosing) lines.close(rows, at, depth - 1, text);
      else lines.open(rows, at, depth, text);
    }
    yield;
  }
}
