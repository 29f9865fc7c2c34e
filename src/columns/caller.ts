// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/capture.js';
import { behind, type Cell, type Column } from '../core/column.js';
import type { RowReader } from '../core/row.js';
import { pieceOf, type Piece } from '../core/text-buffer.js';
import { NOTHING } from '../core/value.js';

const READ: Read = { kind: 'caller' };
const MAX_KNOWN = 65536;

/** A cell of a text for each address, which is remembered; `nothing` for 0. */
function addressCell(read: RowReader<bigint>, format: (address: bigint) => string, nothing: string): Cell {
  const known = new Map<bigint, Piece>([[0n, pieceOf(nothing)]]);
  return (rows, at, text) => {
    const address = read(rows, at);
    let piece = known.get(address);
    if (piece === undefined) {
      piece = pieceOf(format(address));
      if (known.size < MAX_KNOWN) known.set(address, piece);
    }
    text.piece(piece);
  };
}

/** Where the function returns to: who called it. */
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
    return {
      text: addressCell(read, (address) => context.symbol(address), NOTHING),
      json: (prefix) =>
        behind(
          prefix,
          addressCell(read, (address) => JSON.stringify(context.symbol(address)), 'null'),
        ),
    };
  },
};
