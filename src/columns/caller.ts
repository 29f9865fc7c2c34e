// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import { prefixed, type Cell, type Column } from '../core/column.js';
import { remembered } from '../core/memo.js';
import type { RowReader } from '../core/row.js';
import { pieceOf } from '../core/text-buffer.js';
import { NOTHING } from '../core/value.js';

const READ: Read = { kind: 'caller' };

/** A cell that formats an address, and caches the text; writes `nothing` for 0. */
function addressCell(read: RowReader<bigint>, format: (address: bigint) => string, nothing: string): Cell {
  const piece = remembered((address: bigint) => pieceOf(address === 0n ? nothing : format(address)));
  return (rows, at, text) => text.piece(piece(read(rows, at)));
}

/** The function's return address, which says who called it. */
export const caller: Column = {
  id: 'caller',
  description: 'where the function returns to',
  key: 'caller',
  header: 'caller',
  width: 0,
  reads: [READ],
  bind: (context) => {
    const { at: offset } = context.captured(READ);
    const read: RowReader<bigint> = (rows, at) => rows.getBigUint64(at + offset, true);
    const symbol = remembered((address: bigint) => context.symbol(address));
    return {
      value: (rows, at) => (read(rows, at) === 0n ? null : symbol(read(rows, at))),
      text: addressCell(read, symbol, NOTHING),
      json: (prefix) =>
        prefixed(
          prefix,
          addressCell(read, (address) => JSON.stringify(symbol(address)), 'null'),
        ),
    };
  },
};
