// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, type Cell, type Column } from '../core/column.js';
import { ROW } from '../core/abi.js';
import { durationNs, isReturn } from '../core/row.js';

/** Formats ns as us with three decimals: `12.345 us`. */
function microseconds(ns: bigint): string {
  const digits = ns.toString().padStart(4, '0');
  return `${digits.slice(0, -3)}.${digits.slice(-3)} us`;
}

const nanoseconds: Cell = (rows, at, text) => {
  if (isReturn(rows, at)) text.number64(rows, at + ROW.duration_ns);
  else text.string('null');
};

/** Duration of a call, shown at its return; ns in JSON, us for people. */
export const duration: Column = {
  id: 'duration',
  description: 'ns of the call, at its return (function_graph)',
  key: 'duration_ns',
  header: 'DURATION',
  width: 13,
  bind: () => ({
    text: (rows, at, text) => {
      if (isReturn(rows, at)) text.string(microseconds(durationNs(rows, at)));
    },
    json: (prefix) => prefixed(prefix, nanoseconds),
    value: (rows, at) => (isReturn(rows, at) ? durationNs(rows, at) : null),
  }),
};
