// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, type Cell, type Column } from '../core/column.js';
import { ROW } from '../core/abi.js';
import { durationNs, isReturn, number64 } from '../core/row.js';
import { pieceOf } from '../core/text-buffer.js';

const NONE = pieceOf('null');
const UNIT = pieceOf(' us');
const POINT = 0x2e;

const nanoseconds: Cell = (rows, at, text) => {
  if (isReturn(rows, at)) text.number64(rows, at + ROW.duration_ns);
  else text.piece(NONE);
};

const durationOf = number64(ROW.duration_ns);

/** Writes us with three decimals: `12.345 us`. */
const microseconds: Cell = (rows, at, text) => {
  if (!isReturn(rows, at)) return;
  const ns = durationOf(rows, at);
  const whole = Math.floor(ns / 1000);
  text.number(whole);
  text.character(POINT);
  text.threeDigits(ns - whole * 1000);
  text.piece(UNIT);
};

/** Duration of a call, shown at its return; ns in JSON, us for people. */
export const duration: Column = {
  id: 'duration',
  description: 'ns of the call, at its return (function_graph)',
  key: 'duration_ns',
  header: 'DURATION',
  width: 13,
  bind: () => ({
    text: microseconds,
    json: (prefix) => prefixed(prefix, nanoseconds),
    value: (rows, at) => (isReturn(rows, at) ? durationNs(rows, at) : null),
  }),
};
