// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Batch } from '../core/batch.js';
import { PacketEvents } from '../core/packet-events.js';

/** What waits in the queue: a batch, which the loop takes apart, or a packet. */
export type Item = Batch | PacketEvents;

const rowsIn = (item: Item): number => (item instanceof PacketEvents ? item.size : item.count);

/** Draining pauses when this many rows wait, until half of them are read. */
const HIGH_WATER = 32_768;

/** Queue of packed rows between the engine, which puts batches or packets, and a loop, which takes them. */
export class RowQueue {
  readonly #items: Item[] = [];
  #rows = 0;
  #closed = false;
  #wakeReader: () => void = () => undefined;
  #wakeWriter: () => void = () => undefined;

  get full(): boolean {
    return this.#rows >= HIGH_WATER && !this.#closed;
  }

  /** true after close(): nothing is put any more */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Puts a copy of the rows. */
  putBatch({ rows, count, rowSize }: Batch): void {
    if (count === 0) return;
    const end = rows.byteOffset + count * rowSize;
    this.put({ rows: new DataView(rows.buffer.slice(rows.byteOffset, end)), count, rowSize });
  }

  put(item: Item): void {
    if (this.#closed) return;
    this.#items.push(item);
    this.#rows += rowsIn(item);
    this.#wakeReader();
  }

  /** Resolves when there is room again. */
  async room(): Promise<void> {
    while (this.#rows > HIGH_WATER / 2 && !this.#closed)
      await new Promise<void>((resolve) => (this.#wakeWriter = resolve));
  }

  /** Takes the next batch or packet; null when the queue is closed and empty. */
  async take(): Promise<Item | null> {
    while (this.#items.length === 0 && !this.#closed)
      await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    // A loop that always finds a batch must leave time for timers, signals and draining.
    await nextTurn();
    const item = this.#items.shift() ?? null;
    if (item !== null) this.#rows -= rowsIn(item);
    this.#wakeWriter();
    return item;
  }

  /** Ends the queue; what it holds can still be taken. */
  close(): void {
    this.#closed = true;
    this.#wakeReader();
    this.#wakeWriter();
  }

  /** Empties the queue, and returns what it held. */
  clear(): Item[] {
    this.#rows = 0;
    return this.#items.splice(0);
  }
}
