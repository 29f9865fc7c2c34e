// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { circumstances } from '../capture/circumstances.js';
import type { About, TraceWriter } from '../capture/trace-writer.js';
import type { Batch, EncodeRows } from '../core/batch.js';
import type { Consumer, Loss, PlannedConsumer } from '../core/consumer.js';
import { STDOUT } from '../core/options.js';
import type { Summary } from '../core/summary.js';
import type { Traced } from '../core/traced.js';
import { backlog } from './backlog.js';
import type { Rotation } from './output-file.js';
import { Recording } from './recording.js';
import { Recordings } from './recordings.js';

/** Longest time that an event is held before it is written. */
const FLUSH_MS = 1000;

/** How often the clocks are written, in flushes. */
const CLOCKS_EVERY = 60;

/** What a capture file gets. */
export interface CaptureOptions {
  /** rows of drops */
  readonly drops: boolean;
  /** the words of ipft's command line */
  readonly commandLine: boolean;
  /** where the events come from, if not from this machine */
  readonly about?: Partial<About>;
  /** null: one file has all */
  readonly rotation?: Rotation | null;
}

/** A consumer that writes a capture file. */
class CaptureFile implements Consumer {
  readonly name: string;
  readonly fillsTerminal = false;
  readonly broken: Promise<Error | null>;
  readonly dropped = 0;
  readonly drops = null;
  readonly cut = 0;
  readonly #recordings: Recordings;
  readonly #timer: NodeJS.Timeout;
  #taken = 0;
  #ticks = 0;

  constructor(
    traced: Traced,
    private readonly path: string,
    { drops, commandLine, about: origin = {}, rotation = null }: CaptureOptions,
    encodeRows: EncodeRows,
  ) {
    this.name = `capture to ${path === STDOUT ? 'stdout' : path}`;
    const about = { ...circumstances(commandLine), drops, ...origin };
    const begin = (): Recording => new Recording(path, traced, about, encodeRows);
    this.#recordings = new Recordings(path, begin, rotation);
    this.broken = this.#recordings.broken;
    this.#timer = setInterval(() => this.#tick(), FLUSH_MS).unref();
    void this.broken.then(() => clearInterval(this.#timer));
  }

  get full(): boolean {
    return this.#recordings.full;
  }

  drained(): Promise<void> {
    return this.#recordings.drained();
  }

  take(batch: Batch, events: number): void {
    this.#taken += events;
    this.#write((writer) => writer.take(batch));
  }

  report(packet: number, report: string | object): void {
    this.#write((writer) => writer.report({ packet, report }));
  }

  backlog(): Loss[] {
    const unwritten = this.#taken - this.#recordings.written;
    return unwritten === 0 ? [] : [backlog(unwritten, this.#taken, this.path)];
  }

  finish(summary: Summary | null): Promise<Error | null> {
    clearInterval(this.#timer);
    return this.#recordings.finish(summary);
  }

  #tick(): void {
    this.#write((writer) => {
      writer.flush();
      if (++this.#ticks % CLOCKS_EVERY === 0) writer.clocks();
    });
  }

  #write(what: (writer: TraceWriter) => void): void {
    const writer = this.#recordings.next();
    if (!this.#recordings.isBroken) what(writer);
  }
}

/** The consumer that writes the capture file `path`. */
export const plannedCapture = (
  path: string,
  options: CaptureOptions,
  encodeRows: EncodeRows,
): PlannedConsumer => ({
  wants: { ends: true, drops: options.drops },
  open: (traced) => new CaptureFile(traced, path, options, encodeRows),
});
