// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Cell, Column } from '../core/column.js';
import { behind } from '../core/column.js';
import { isLast, packet, timeNs } from '../core/row.js';

/** Packets whose last event is remembered; the ones that were seen first make room. */
const MAX_PACKETS = 100_000;

function deltaCell(): Cell {
  const last = new Map<number, bigint>();
  return (rows, at, text) => {
    const [number, time] = [packet(rows, at), timeNs(rows, at)];
    text.number(Number(time - (last.get(number) ?? time)));
    last.delete(number);
    if (isLast(rows, at)) return;
    last.set(number, time);
    if (last.size > MAX_PACKETS) for (const first of last.keys()) return void last.delete(first);
  };
}

/** ns since the packet's last event; 0 for its first. */
export const delta: Column = {
  id: 'delta',
  description: "ns since the packet's last event",
  key: 'delta',
  header: 'delta',
  width: 0,
  ofReturns: true,
  bind: () => ({ text: deltaCell(), json: (prefix) => behind(prefix, deltaCell()) }),
};
