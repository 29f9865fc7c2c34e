// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { behind, type Cell, type Column } from '../core/column.js';
import { timeNs } from '../core/row.js';

const cell: Cell = (rows, at, text) => {
  const born = rows.getBigUint64(at + ROW.born_ns, true);
  text.number(born === 0n ? 0 : Number(timeNs(rows, at) - born));
};

/** ns since the packet's first event, also if that was not shown. */
export const age: Column = {
  id: 'age',
  description: "ns since the packet's first event",
  key: 'age',
  header: 'age',
  width: 0,
  ofReturns: true,
  bind: () => ({ text: cell, json: (prefix) => behind(prefix, cell) }),
};
