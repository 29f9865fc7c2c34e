// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import { offsetOfBytes } from '../core/packet-bytes.js';
import type { Layout } from '../core/reads.js';
import { BytesRing } from './bytes-ring.js';

/** Most bytes that are allocated at once: what a trace never fills is never taken. */
const CHUNK = 4 * 1024 * 1024;
/** Parts of a ring that is small. */
const LEAST_CHUNKS = 4;

/**
 * Keeps the last rows of a trace in memory. Rows are numbered from 0, in the order in which they came. They are
 * kept as they are: a copy takes 30 ns, and what a capture file has of them 240.
 */
export class RowRing {
  /** most rows that are kept */
  readonly capacity: number;
  readonly #chunkRows: number;
  readonly #chunks: Uint8Array[] = [];
  /** null: rows have no bytes of packets */
  readonly #bytes: BytesRing | null;
  readonly #rowSize: number;
  #end = 0;

  /** `size`: most bytes of memory; if rows have bytes of packets, half of it is for these */
  constructor(size: number, layout: Layout) {
    this.#rowSize = layout.rowSize;
    const offset = offsetOfBytes(layout);
    const own = offset === null ? size : Math.ceil(size / 2);
    this.#bytes = offset === null ? null : new BytesRing(size - own, offset);
    const chunk = Math.min(CHUNK, Math.floor(own / LEAST_CHUNKS));
    this.#chunkRows = Math.max(Math.floor(chunk / this.#rowSize), 1);
    this.capacity = Math.max(Math.floor(own / chunk), 1) * this.#chunkRows;
  }

  /** Number of the oldest row that is kept. */
  get first(): number {
    return Math.max(this.#end - this.capacity, this.#bytes?.first ?? 0, 0);
  }

  /** What `first` is at most after further rows, `count` of those of this batch. */
  firstAfter({ bytes }: Batch, count: number): number {
    const ofBytes = this.#bytes?.firstAfter(bytes?.byteLength ?? 0) ?? 0;
    return Math.max(this.#end + count - this.capacity, ofBytes, 0);
  }

  /** Number of the row that comes next. */
  get end(): number {
    return this.#end;
  }

  /** Puts rows behind the last one, in place of the oldest. */
  put({ rows, count, bytes }: Batch): void {
    for (let row = 0; row < count;) {
      const { chunk, at } = this.#placeOf(this.#end);
      const taken = Math.min(count - row, this.#chunkRows - at);
      const from = rows.byteOffset + row * this.#rowSize;
      const own = this.#chunk(chunk).subarray(at * this.#rowSize, (at + taken) * this.#rowSize);
      own.set(new Uint8Array(rows.buffer, from, taken * this.#rowSize));
      const kept = new DataView(own.buffer, own.byteOffset, own.byteLength);
      this.#bytes?.put({ rows: kept, count: taken, rowSize: this.#rowSize, bytes }, this.#end);
      this.#end += taken;
      row += taken;
    }
    this.#bytes?.forgetBefore(this.first);
  }

  /** The rows from number `from` on that lie side by side, at most `most`; they are those of the ring itself. */
  at(from: number, most: number): Batch {
    const { chunk, at } = this.#placeOf(from);
    const { end, bytes } = this.#bytes?.of(from) ?? { end: Infinity, bytes: undefined };
    const count = Math.min(most, Math.min(this.#end, end) - from, this.#chunkRows - at);
    const { buffer } = this.#chunk(chunk);
    return { rows: new DataView(buffer, at * this.#rowSize), count, rowSize: this.#rowSize, bytes };
  }

  #placeOf(row: number): { readonly chunk: number; readonly at: number } {
    const place = row % this.capacity;
    return { chunk: Math.floor(place / this.#chunkRows), at: place % this.#chunkRows };
  }

  #chunk(index: number): Uint8Array {
    return (this.#chunks[index] ??= new Uint8Array(this.#chunkRows * this.#rowSize));
  }
}
