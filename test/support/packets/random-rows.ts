// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Random } from '../random.js';

/**
 * Rows behind a row of zeros: some words of a row are the same as before, some differ by a little, some by a
 * lot.
 */
export function randomRows(count: number, words: number): Int32Array {
  const random = new Random();
  const rows = new Int32Array((count + 1) * words);
  rows.forEach((_, at) => {
    if (at < words) return;
    const before = rows[at - words] ?? 0;
    const kind = random.below(10);
    if (kind < 6) rows[at] = before;
    else rows[at] = kind < 9 ? before + random.below(300) - 150 : random.below(2 ** 32);
  });
  return rows;
}
