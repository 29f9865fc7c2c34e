// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { timeNs } from './row.js';

const FIRST_ROWS = 64;

/** The events of one packet as packed rows of `rowSize` bytes, without an object per event. */
export class PacketEvents {
  /** true when the packet's life has ended and all its events are here */
  isComplete = false;
  #bytes: Uint8Array;
  #rows: DataView;
  #size = 0;

  /** `firstRows`: how many events it has room for at first. */
  constructor(
    readonly rowSize: number,
    firstRows = FIRST_ROWS,
  ) {
    this.#bytes = new Uint8Array(firstRows * rowSize);
    this.#rows = new DataView(this.#bytes.buffer);
  }

  get size(): number {
    return this.#size;
  }

  get rows(): DataView {
    return this.#rows;
  }

  /** Copies the rows from byte `start` to byte `end` of `rows`. */
  append(rows: DataView, start: number, end: number): void {
    const used = this.#size * this.rowSize;
    if (used + end - start > this.#bytes.length) this.#grow(used + end - start);
    this.#bytes.set(new Uint8Array(rows.buffer, rows.byteOffset + start, end - start), used);
    this.#size += (end - start) / this.rowSize;
  }

  /** Offsets of the events in `rows`, in order of time; events with equal times keep their order. */
  byTime(): Uint32Array {
    const offsets = Uint32Array.from({ length: this.#size }, (_, index) => index * this.rowSize);
    // Rows are in order already, except those that reached ipft late.
    const isSorted = offsets.every(
      (at, index) => index === 0 || timeNs(this.#rows, at - this.rowSize) <= timeNs(this.#rows, at),
    );
    if (isSorted) return offsets;
    return offsets.sort((left, right) => Number(timeNs(this.#rows, left) - timeNs(this.#rows, right)));
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#rows = new DataView(larger.buffer);
  }
}
