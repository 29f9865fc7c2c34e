// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { timeNs } from './row.js';

/** Memory for the first events: a page. Most packets of a busy trace have few, and zeroing more takes longer than growing. */
const FIRST_BYTES = 4096;

const NOTHING = new Uint8Array();
const NO_ROWS = new DataView(NOTHING.buffer);

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
    firstRows = Math.ceil(FIRST_BYTES / rowSize),
  ) {
    this.#bytes = firstRows === 0 ? NOTHING : new Uint8Array(firstRows * rowSize);
    this.#rows = firstRows === 0 ? NO_ROWS : new DataView(this.#bytes.buffer);
  }

  /** One row that is not copied: its memory is the batch's. */
  static borrowing(rows: DataView, at: number, rowSize: number): PacketEvents {
    const events = new PacketEvents(rowSize, 0);
    events.#rows = new DataView(rows.buffer, rows.byteOffset + at, rowSize);
    events.#size = 1;
    return events;
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
    const offsets = new Uint32Array(this.#size);
    // Rows are in order already, except those that reached ipft late.
    let isSorted = true;
    let before = 0n;
    for (let index = 0; index < offsets.length; index++) {
      offsets[index] = index * this.rowSize;
      const time = timeNs(this.#rows, index * this.rowSize);
      if (time < before) isSorted = false;
      before = time;
    }
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
