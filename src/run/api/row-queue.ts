import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Batch } from '../../core/batch.js';

/** Rows that wait: then draining pauses, until half of them are read. */
const HIGH_WATER = 32_768;

/** Packed rows between the engine, which puts whole batches, and a loop, which takes them out as it goes. */
export class RowQueue {
  readonly #batches: Batch[] = [];
  #rows = 0;
  #closed = false;
  #wakeReader: () => void = () => undefined;
  #wakeWriter: () => void = () => undefined;

  get full(): boolean {
    return this.#rows >= HIGH_WATER && !this.#closed;
  }

  /** true: nothing is put any more */
  get isClosed(): boolean {
    return this.#closed;
  }

  put({ rows, count, rowSize }: Batch): void {
    if (this.#closed || count === 0) return;
    const end = rows.byteOffset + count * rowSize;
    this.#batches.push({ rows: new DataView(rows.buffer.slice(rows.byteOffset, end)), count, rowSize });
    this.#rows += count;
    this.#wakeReader();
  }

  /** Resolves when there is room again. */
  async room(): Promise<void> {
    while (this.#rows > HIGH_WATER / 2 && !this.#closed)
      await new Promise<void>((resolve) => (this.#wakeWriter = resolve));
  }

  /** The next batch; null when there are no more. */
  async take(): Promise<Batch | null> {
    while (this.#batches.length === 0 && !this.#closed)
      await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    // A loop that always finds a batch must leave time for timers, signals and the draining.
    await nextTurn();
    const batch = this.#batches.shift() ?? null;
    this.#rows -= batch?.count ?? 0;
    this.#wakeWriter();
    return batch;
  }

  /** Nothing is put any more; what is there can still be taken. */
  close(): void {
    this.#closed = true;
    this.#wakeReader();
    this.#wakeWriter();
  }

  /** Throws away what nobody will take. */
  clear(): Batch[] {
    this.#rows = 0;
    return this.#batches.splice(0);
  }
}
