// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';

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
  #end = 0;

  /** `size`: most bytes of memory; `rowSize`: bytes of a row */
  constructor(
    size: number,
    private readonly rowSize: number,
  ) {
    const chunk = Math.min(CHUNK, Math.floor(size / LEAST_CHUNKS));
    this.#chunkRows = Math.max(Math.floor(chunk / rowSize), 1);
    this.capacity = Math.max(Math.floor(size / chunk), 1) * this.#chunkRows;
  }

  /** Number of the oldest row that is kept. */
  get first(): number {
    return Math.max(this.#end - this.capacity, 0);
  }

  /** Number of the row that comes next. */
  get end(): number {
    return this.#end;
  }

  /** Puts rows behind the last one, in place of the oldest. */
  put({ rows, count }: Batch): void {
    for (let row = 0; row < count;) {
      const { chunk, at } = this.#placeOf(this.#end);
      const taken = Math.min(count - row, this.#chunkRows - at);
      const bytes = new Uint8Array(rows.buffer, rows.byteOffset + row * this.rowSize, taken * this.rowSize);
      this.#chunk(chunk).set(bytes, at * this.rowSize);
      this.#end += taken;
      row += taken;
    }
  }

  /** The rows from number `from` on that lie side by side, at most `most`; they are those of the ring itself. */
  at(from: number, most: number): Batch {
    const { chunk, at } = this.#placeOf(from);
    const count = Math.min(most, this.#end - from, this.#chunkRows - at);
    const { buffer } = this.#chunk(chunk);
    return { rows: new DataView(buffer, at * this.rowSize), count, rowSize: this.rowSize };
  }

  #placeOf(row: number): { readonly chunk: number; readonly at: number } {
    const place = row % this.capacity;
    return { chunk: Math.floor(place / this.#chunkRows), at: place % this.#chunkRows };
  }

  #chunk(index: number): Uint8Array {
    return (this.#chunks[index] ??= new Uint8Array(this.#chunkRows * this.rowSize));
  }
}
