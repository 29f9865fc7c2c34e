// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { HIDDEN, ROW } from '../core/abi.js';
import type { Batch } from '../core/batch.js';
import type { Consumer } from '../core/consumer.js';

/** The rows of a batch that are passed on, moved together. */
export class KeptRows {
  readonly #bytes: Uint8Array;
  #start = 0;
  #end = 0;
  #events = 0;

  constructor(
    private readonly batch: Batch,
    private readonly inner: Consumer,
  ) {
    const { rows, count, rowSize } = batch;
    this.#bytes = new Uint8Array(rows.buffer, rows.byteOffset, count * rowSize);
  }

  add(at: number): void {
    this.#move(at);
    this.#events++;
  }

  /** Keeps a row as a hidden one, which only marks its packet's end. */
  addHidden(at: number): void {
    const { rows } = this.batch;
    rows.setUint32(at + ROW.flags, rows.getUint32(at + ROW.flags, true) | HIDDEN, true);
    this.#move(at);
  }

  #move(at: number): void {
    const { rowSize } = this.batch;
    if (at !== this.#end) this.#bytes.copyWithin(this.#end, at, at + rowSize);
    this.#end += rowSize;
  }

  flush(): void {
    const { rows, rowSize } = this.batch;
    const size = this.#end - this.#start;
    if (size === 0) return;
    const view = new DataView(rows.buffer, rows.byteOffset + this.#start, size);
    const events = this.#events;
    this.#start = this.#end;
    this.#events = 0;
    this.inner.take({ ...this.batch, rows: view, count: size / rowSize }, events);
  }
}
