// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Cell } from './column.js';
import { isHidden } from './row.js';
import { NEWLINE, type TextBuffer } from './text-buffer.js';

/** Packed rows. */
export interface Batch {
  readonly rows: DataView;
  /** how many of them, from the start */
  readonly count: number;
  /** bytes from one to the next: ROW_SIZE and what the columns' captures take */
  readonly rowSize: number;
}

/** Writes the lines of a batch, each with its newline. */
export function renderBatch(line: Cell, { rows, count, rowSize }: Batch, text: TextBuffer): void {
  const end = count * rowSize;
  for (let at = 0; at < end; at += rowSize) {
    line(rows, at, text);
    text.character(NEWLINE);
  }
}

/** Of the rows, those up to the `room`th event: how many they are, and how many events are among them. */
export function firstEvents(
  { rows, count, rowSize }: Batch,
  room: number,
): { readonly rows: number; readonly events: number } {
  let events = 0;
  let taken = 0;
  for (; taken < count && events < room; taken++) if (!isHidden(rows, taken * rowSize)) events++;
  return { rows: taken, events };
}
