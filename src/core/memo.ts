// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Cell } from './column.js';
import type { RowReader } from './row.js';
import { madeOf } from './source.js';
import { pieceOf, type Piece } from './text-buffer.js';

const LIMIT = 65536;

/** Caches the results of `make` by key, up to a limit. */
export function remembered<Key, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const known = new Map<Key, Made>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = make(key);
    if (known.size < LIMIT) known.set(key, made);
    return made;
  };
}

/** A cell that formats a small integer of the row, such as a CPU or a function index; `offset`: one of ROW. */
export function indexCell(offset: number, format: (index: number) => string): Cell {
  return madeOf({ index: offset }, (rows, at, text) =>
    text.string(format(rows.getUint32(at + offset, true))),
  );
}

/** A cell that caches the text for numbers of any size with few distinct values, such as bit sets. */
export function valueCell(read: RowReader<number>, format: (value: number) => string): Cell {
  const known = new Map<number, Piece>();
  let last: number | undefined;
  let lastPiece = pieceOf('');
  return (rows, at, text) => {
    const value = read(rows, at);
    if (value !== last) {
      lastPiece = known.get(value) ?? pieceOf(format(value));
      last = value;
      if (known.size < LIMIT) known.set(value, lastPiece);
    }
    text.piece(lastPiece);
  };
}
