// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { printable } from '../core/printable.js';
import type { Messages } from './messages.js';

/** What takes less time than this says nothing, ms. */
const PATIENCE_MS = 500;
/** Between two states that are shown, ms. */
const BETWEEN_MS = 250;

const MEGABYTE = 1_000_000;

const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;

/** Tells on a terminal how much of something long has been read, and nothing elsewhere. */
export class Progress {
  readonly #shows: boolean;
  #shownAt: number;
  #done = 0;

  /**
   * `what`: what is being done; `total`: bytes in all, null: unknown; `isQuiet`: others write to the terminal; `now`: ms
   */
  constructor(
    private readonly messages: Messages,
    private readonly what: string,
    private readonly total: number | null,
    isQuiet = false,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#shows = messages.terminal && !isQuiet;
    this.#shownAt = now() + PATIENCE_MS - BETWEEN_MS;
  }

  /** The same bytes, which are counted as they are taken. */
  async *through<Bytes extends Uint8Array>(source: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
    try {
      for await (const bytes of source) {
        yield bytes;
        this.#count(bytes.length);
      }
    } finally {
      if (this.#shows) this.messages.clearStatus();
    }
  }

  #count(bytes: number): void {
    this.#done += bytes;
    if (!this.#shows || this.now() - this.#shownAt < BETWEEN_MS) return;
    this.#shownAt = this.now();
    this.messages.status(`${printable(this.what)}: ${this.#state}`);
  }

  get #state(): string {
    if (this.total === null || this.total === 0) return megabytes(this.#done);
    const percent = Math.min(Math.floor((100 * this.#done) / this.total), 100);
    return `${percent} % of ${megabytes(this.total)}`;
  }
}
