// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, type Cell, type Column } from '../core/column.js';
import { ROW } from '../core/abi.js';
import { timeNs } from '../core/row.js';

const cell: Cell = (rows, at, text) => text.number64(rows, at + ROW.time_ns);

/** CLOCK_MONOTONIC in ns. */
export const timestamp: Column = {
  id: 'timestamp',
  description: 'CLOCK_MONOTONIC, ns',
  key: 'timestamp',
  header: 'TIME(ns)',
  width: 0,
  style: 'dim',
  bind: () => ({ text: cell, json: (prefix) => prefixed(prefix, cell), value: timeNs }),
};
