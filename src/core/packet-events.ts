import { ROW_SIZE } from './abi.js';
import { timeNs } from './row.js';

const FIRST_ROWS = 64;

/** The events of one packet as packed rows, ROW_SIZE bytes each and no object. */
export class PacketEvents {
  #bytes = new Uint8Array(FIRST_ROWS * ROW_SIZE);
  #rows = new DataView(this.#bytes.buffer);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get rows(): DataView {
    return this.#rows;
  }

  /** Copies the rows between two offsets of `rows`, in bytes. */
  append(rows: DataView, start: number, end: number): void {
    const used = this.#size * ROW_SIZE;
    if (used + end - start > this.#bytes.length) this.#grow(used + end - start);
    this.#bytes.set(new Uint8Array(rows.buffer, rows.byteOffset + start, end - start), used);
    this.#size += (end - start) / ROW_SIZE;
  }

  /** Offsets of the events in `rows`, in order of time; events of one time keep their order. */
  byTime(): Uint32Array {
    const offsets = Uint32Array.from({ length: this.#size }, (_, index) => index * ROW_SIZE);
    // They come in order, but for those that reached ipft late.
    const isSorted = offsets.every(
      (at, index) => index === 0 || timeNs(this.#rows, at - ROW_SIZE) <= timeNs(this.#rows, at),
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
