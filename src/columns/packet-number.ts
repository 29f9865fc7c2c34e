// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, type Cell, type Column } from '../core/column.js';
import { ROW } from '../core/abi.js';
import { parent } from '../core/relation.js';
import { packet } from '../core/row.js';
import { longsAt, madeOf } from '../core/source.js';

const LESS_THAN = 0x3c;

const cell: Cell = madeOf(longsAt(ROW.packet), (rows, at, text) => text.number64(rows, at + ROW.packet));

/** `#15<12`: packet 15, whose parent is packet 12; without a parent `#15`. */
const withParent: Cell = madeOf(longsAt(ROW.packet, ROW.parent), (rows, at, text) => {
  cell(rows, at, text);
  const number = parent(rows, at);
  if (number === 0) return;
  text.character(LESS_THAN);
  text.number(number);
});

/** The packet's number: `#1` is the first packet seen, `#2` the second ... */
export const packetNumber: Column = {
  id: 'packet-number',
  description: 'number of the packet, from 1',
  key: 'packet',
  header: 'PACKET',
  width: 6,
  style: 'cyan',
  bind: () => ({ text: prefixed('#', withParent), json: (prefix) => prefixed(prefix, cell), value: packet }),
};
