// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Cell } from './column.js';
import type { Wants } from './consumer.js';
import { isRelation } from './relation.js';
import { isDrop, isHidden } from './row.js';
import { NEWLINE, type TextBuffer } from './text-buffer.js';

/** A batch of events: rows of equal size, packed one after the other. */
export interface Batch {
  readonly rows: DataView;
  /** number of rows */
  readonly count: number;
  /** bytes from one row to the next: ROW_SIZE plus the data of the reads (Layout.rowSize) */
  readonly rowSize: number;
  /**
   * with --snaplen: the bytes of packets, each after a struct ipft_snap, at places that rows have (PACKET_BYTES)
   */
  readonly bytes?: DataView | undefined;
}

/**
 * Makes the payload of a block of rows in a capture file (docs/capture-file.md). `rows`: a row of zeros, then
 * `count` rows of `words` words of 32 bits each.
 */
export type EncodeRows = (rows: Int32Array, count: number, words: number) => Uint8Array;

/**
 * Writes the lines of a batch, each followed by a newline; of hidden rows only those that report a relation,
 * and these by `relation`, if there is one.
 */
export function renderBatch(
  line: Cell,
  { rows, count, rowSize }: Batch,
  text: TextBuffer,
  relation: Cell | null = null,
): void {
  const end = count * rowSize;
  for (let at = 0; at < end; at += rowSize) {
    if (!isHidden(rows, at)) line(rows, at, text);
    else if (relation !== null && isRelation(rows, at)) relation(rows, at, text);
    else continue;
    text.character(NEWLINE);
  }
}

/**
 * A copy of the batch without rows that are not wanted: hidden ones that only mark a packet's end, those of drops; the
 * batch itself if it has none. Those that report a relation are kept: whoever shows no relations skips all hidden
 * rows.
 */
export function wantedRows(batch: Batch, { ends, drops }: Wants): Batch {
  if (ends && drops) return batch;
  const { rows, count, rowSize } = batch;
  const wanted = Array.from({ length: count }, (_, row) => row * rowSize).filter(
    (at) => (ends || !isHidden(rows, at) || isRelation(rows, at)) && (drops || !isDrop(rows, at)),
  );
  if (wanted.length === count) return batch;
  const bytes = new Uint8Array(rows.buffer, rows.byteOffset, count * rowSize);
  const kept = new Uint8Array(wanted.length * rowSize);
  wanted.forEach((at, row) => kept.set(bytes.subarray(at, at + rowSize), row * rowSize));
  return { ...batch, rows: new DataView(kept.buffer), count: wanted.length };
}

/**
 * The longest prefix of the batch with at most `room` events (hidden rows are no events): its number of rows
 * and of events.
 */
export function firstEvents(
  { rows, count, rowSize }: Batch,
  room: number,
): { readonly rows: number; readonly events: number } {
  let events = 0;
  let taken = 0;
  for (; taken < count && events < room; taken++) if (!isHidden(rows, taken * rowSize)) events++;
  return { rows: taken, events };
}
