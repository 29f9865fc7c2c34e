// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { RowRing } from '../capture/row-ring.js';
import { firstEvents, type Batch } from '../core/batch.js';
import { timeNs } from '../core/row.js';
import type { Dump, Summary } from '../core/summary.js';
import type { KeptReports } from './kept-reports.js';
import type { Recording } from './recording.js';

/** Rows that are read in one turn of the event loop. */
const TURN = 16_384;
/** Bytes that wait to be compressed, from which on no more are read, unless they are overwritten. */
const ENOUGH_PENDING = 4 * 1024 * 1024;
/** How often it is looked for new rows, ms. */
const WAIT_MS = 25;

/** All that is known of a dump before its end. */
export type DumpCause = Omit<Dump, 'events' | 'further'>;

/** The rows of a batch before the first one that is later than `until`. */
function rowsUntil({ rows, count, rowSize }: Batch, until: bigint): number {
  if (count === 0 || timeNs(rows, (count - 1) * rowSize) <= until) return count;
  let row = 0;
  while (timeNs(rows, row * rowSize) <= until) row++;
  return row;
}

/** How many of the first `count` rows are events. */
const eventsOf = (batch: Batch, count: number): number => firstEvents({ ...batch, count }, Infinity).events;

/** Writes what a ring has, and what comes into it until a moment, to a capture file. */
export class DumpFile {
  /** number of the next row to be written */
  #cursor: number;
  /** number of the next report */
  #report = 0;
  #events = 0;
  #further = 0;
  #isOver = false;
  #isClosing = false;
  #close: () => void = () => undefined;
  readonly #closed: Promise<void>;

  /** `until`: CLOCK_MONOTONIC, ns; `now`: up to when the ring has all events */
  constructor(
    private readonly recording: Recording,
    private readonly ring: RowRing,
    private readonly reports: KeptReports,
    private readonly cause: DumpCause,
    private until: bigint,
    private readonly now: () => bigint,
  ) {
    this.#cursor = ring.first;
    reports.forgetBefore(ring.first);
    this.#closed = new Promise((resolve) => {
      this.#close = () => {
        this.#isClosing = true;
        resolve();
      };
    });
  }

  /** True if no more rows will be read: what triggers now is for another file. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get full(): boolean {
    return this.recording.full;
  }

  drained(): Promise<void> {
    return this.recording.drained();
  }

  /** Events that are not in the file. */
  get unwritten(): number {
    return this.#events - this.recording.written;
  }

  /** What it will have, with what the ring has for it. */
  get account(): Dump {
    let events = this.#events;
    for (let row = this.#cursor; !this.#isOver && row < this.ring.end;) {
      const batch = this.ring.at(row, TURN);
      const count = rowsUntil(batch, this.until);
      events += eventsOf(batch, count);
      if (count < batch.count) break;
      row += count;
    }
    return { ...this.cause, further: this.#further, events };
  }

  /** Another trigger, after which events until then are written. */
  extend(until: bigint): void {
    this.#further++;
    if (until > this.until) this.until = until;
  }

  /** Reads the rows before number `row`, which are about to be overwritten. */
  readBefore(row: number): void {
    while (!this.#isOver && this.#cursor < row) this.#read(row - this.#cursor, true);
  }

  /** The trace has ended: there will be no more rows. */
  close(): void {
    this.#close();
  }

  /** Writes the file to its end. `summary`: what it says of the trace. Resolves with the error that prevented it, or null. */
  async write(summary: () => Summary | null): Promise<Error | null> {
    // Rows that came together with the trigger may be further triggers.
    await nextTurn();
    while (!this.#isOver && !this.recording.isBroken) {
      await this.#next();
      await nextTurn();
    }
    this.#isOver = true;
    const whole = summary();
    return this.recording.finish(whole === null ? null : { ...whole, trigger: this.account });
  }

  async #next(): Promise<void> {
    if (this.#cursor < this.ring.end || this.reports.from(this.#report) !== undefined) {
      this.#read(TURN, false);
      if (this.recording.writer.pending > ENOUGH_PENDING) await this.recording.drained();
    } else if (this.#isClosing || this.now() > this.until) this.#isOver = true;
    else await Promise.race([delay(WAIT_MS, undefined, { ref: false }), this.#closed]);
  }

  #read(most: number, isHurried: boolean): void {
    const next = this.reports.from(this.#report);
    if (next !== undefined && next.kept.at <= this.#cursor) {
      this.recording.writer.report(next.kept.report);
      this.#report = next.number + 1;
      return;
    }
    const batch = this.ring.at(this.#cursor, Math.min(most, (next?.kept.at ?? Infinity) - this.#cursor));
    const count = rowsUntil(batch, this.until);
    this.recording.writer.take({ ...batch, count }, isHurried ? 'busy' : 'usual');
    this.#events += eventsOf(batch, count);
    this.#cursor += count;
    this.#isOver = count < batch.count;
  }
}
