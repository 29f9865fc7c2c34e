// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { firstEvents, wantedRows, type Batch } from '../core/batch.js';
import type { Consumer, Wants } from '../core/consumer.js';
import type { Summary } from '../core/summary.js';

/** Most bytes of rows that wait for a slow consumer; it misses what exceeds them. */
export const MOST_WAITING = 64 * 1024 * 1024;

type Step = (consumer: Consumer) => void;

const copyOf = ({ buffer, byteOffset }: DataView, size: number): DataView =>
  new DataView(buffer.slice(byteOffset, byteOffset + size));

/** The queue of one consumer among several, which takes events at its own pace. */
export class Lane {
  /** Resolves when the consumer cannot take any more, like Consumer.broken. */
  readonly broken: Promise<Error | null>;
  /** queued calls to the consumer, in order */
  readonly #steps: { readonly bytes: number; readonly events: number; readonly step: Step }[] = [];
  #waitingBytes = 0;
  #missed = 0;
  #emptied: Promise<void> = Promise.resolve();
  #break: (error: Error | null) => void = () => undefined;
  #proceed: (() => void)[] = [];

  constructor(
    readonly consumer: Consumer,
    private readonly wants: Wants,
  ) {
    this.broken = new Promise((resolve) => (this.#break = resolve));
    void consumer.broken.then(this.#break);
  }

  /** Events in the queue. */
  get waiting(): number {
    return this.#steps.reduce((sum, { events }) => sum + events, 0);
  }

  /** Events that the consumer was not given because it was too slow. */
  get missed(): number {
    return this.#missed;
  }

  /** True if the consumer would miss further events. */
  get full(): boolean {
    return this.#waitingBytes >= MOST_WAITING;
  }

  take(batch: Batch, all: number): void {
    const wanted = wantedRows(batch, this.wants);
    const events = wanted === batch ? all : firstEvents(wanted, Infinity).events;
    const { rows, count, rowSize, bytes } = wanted;
    if (count === 0) return;
    if (this.#isIdle) return this.consumer.take(wanted, events);
    if (this.full) {
      this.#missed += events;
      return;
    }
    const copies = { rows: copyOf(rows, count * rowSize), bytes: bytes && copyOf(bytes, bytes.byteLength) };
    const size = copies.rows.byteLength + (copies.bytes?.byteLength ?? 0);
    this.#wait(size, events, (consumer) => consumer.take({ ...copies, count, rowSize }, events));
  }

  report(packet: number, report: string | object): void {
    if (this.#isIdle) this.consumer.report?.(packet, report);
    else this.#wait(0, 0, (consumer) => consumer.report?.(packet, report));
  }

  /** Resolves when there is room again. */
  room(): Promise<void> {
    if (!this.full) return Promise.resolve();
    return new Promise((resolve) => this.#proceed.push(resolve));
  }

  /** Like Consumer.finish(), after everything queued was taken. */
  async finish(summary: Summary | null): Promise<Error | null> {
    await this.#emptied;
    return this.consumer.finish(summary);
  }

  get #isIdle(): boolean {
    return this.#steps.length === 0 && !this.consumer.full;
  }

  #wait(bytes: number, events: number, step: Step): void {
    this.#waitingBytes += bytes;
    if (this.#steps.push({ bytes, events, step }) === 1) this.#emptied = this.#empty();
  }

  async #empty(): Promise<void> {
    try {
      for (let next = this.#steps[0]; next !== undefined; next = this.#steps[0]) {
        await this.consumer.drained();
        next.step(this.consumer);
        this.#steps.shift();
        this.#waitingBytes -= next.bytes;
        if (!this.full) for (const proceed of this.#proceed.splice(0)) proceed();
      }
    } catch (error) {
      this.#break(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
