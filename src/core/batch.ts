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

/** The batch without rows that only mark the end of a packet; the batch itself if there are none. */
export function visibleRows(batch: Batch): Batch {
  const { rows, count, rowSize } = batch;
  const visible = Array.from({ length: count }, (_, row) => row * rowSize).filter(
    (at) => !isHidden(rows, at),
  );
  if (visible.length === count) return batch;
  const bytes = new Uint8Array(rows.buffer, rows.byteOffset, count * rowSize);
  const kept = new Uint8Array(visible.length * rowSize);
  visible.forEach((at, row) => kept.set(bytes.subarray(at, at + rowSize), row * rowSize));
  return { rows: new DataView(kept.buffer), count: visible.length, rowSize };
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
