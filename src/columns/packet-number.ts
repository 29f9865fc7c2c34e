// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, type Cell, type Column } from '../core/column.js';
import { ROW } from '../core/abi.js';
import { packet } from '../core/row.js';

const cell: Cell = (rows, at, text) => text.number64(rows, at + ROW.packet);

/** The packet's number: `#1` is the first packet seen, `#2` the second ... */
export const packetNumber: Column = {
  id: 'packet-number',
  description: 'number of the packet, from 1',
  key: 'packet',
  header: 'PACKET',
  width: 6,
  style: 'cyan',
  bind: () => ({ text: prefixed('#', cell), json: (prefix) => prefixed(prefix, cell), value: packet }),
};
