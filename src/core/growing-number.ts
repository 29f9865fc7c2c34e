// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Cell } from './column.js';
import { number64 } from './row.js';
import { pieceOf } from './text-buffer.js';

/** Eight digits are written anew for each row. */
const ROUND = 100_000_000;

/**
 * A cell that writes `prefix` and a u64 of the row in decimal, such as a time, which grows slowly: its first digits are kept.
 * `offset`: one of ROW.
 */
export function growingNumber(prefix: string, offset: number): Cell {
  const read = number64(offset);
  const before = pieceOf(prefix);
  let first = before;
  let base = Infinity;
  return (rows, at, text) => {
    const value = read(rows, at);
    if (value < base || value - base >= ROUND) {
      if (value < ROUND || value > Number.MAX_SAFE_INTEGER) {
        text.piece(before);
        return text.number64(rows, at + offset);
      }
      const high = Math.floor(value / ROUND);
      base = high * ROUND;
      first = pieceOf(prefix + high.toString());
    }
    text.piece(first);
    text.eightDigits(value - base);
  };
}
