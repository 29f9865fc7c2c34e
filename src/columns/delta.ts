// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Cell, Column } from '../core/column.js';
import { prefixed } from '../core/column.js';
import { isLast, packet, timeNs, type RowReader } from '../core/row.js';

/** Number of packets whose last event is remembered; the oldest are forgotten first. */
const MAX_PACKETS = 100_000;

/** The reader keeps state, so it must be called exactly once per row. */
function deltaReader(): RowReader<number> {
  const last = new Map<number, bigint>();
  return (rows, at) => {
    const [number, time] = [packet(rows, at), timeNs(rows, at)];
    const since = Number(time - (last.get(number) ?? time));
    last.delete(number);
    if (!isLast(rows, at)) last.set(number, time);
    const [first] = last.size > MAX_PACKETS ? last.keys() : [];
    if (first !== undefined) last.delete(first);
    return since;
  };
}

function deltaCell(): Cell {
  const read = deltaReader();
  return (rows, at, text) => text.number(read(rows, at));
}

/** ns since the packet's previous event; 0 for its first. */
export const delta: Column = {
  id: 'delta',
  description: "ns since the packet's last event",
  key: 'delta',
  header: 'delta',
  width: 0,
  ofReturns: true,
  bind: () => ({ text: deltaCell(), json: (prefix) => prefixed(prefix, deltaCell()), value: deltaReader() }),
};
