// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { circumstances } from '../capture/circumstances.js';
import { TraceWriter, type About } from '../capture/trace-writer.js';
import type { Batch, EncodeRows } from '../core/batch.js';
import type { Consumer, Loss, PlannedConsumer } from '../core/consumer.js';
import { UsageError } from '../core/errors.js';
import { STDOUT } from '../core/options.js';
import type { Summary } from '../core/summary.js';
import type { Traced } from '../core/traced.js';
import { backlog } from './backlog.js';
import { openResults, type Target } from './output-file.js';
import { FileSink, openStdout, resultError, type Sink } from './sink.js';

/** Longest time that an event is held before it is written. */
const FLUSH_MS = 1000;

/** How often the clocks are written, in flushes. */
const CLOCKS_EVERY = 60;

/** Bytes that wait to be compressed, from which on draining pauses. */
const MOST_PENDING = 64 * 1024 * 1024;

/** A file that only its owner may read, since it has what packets carry. */
class PrivateFile implements Target {
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openResults(path, '--write', true);
  }

  write(bytes: Uint8Array): number {
    return writeSync(this.#fd, bytes);
  }

  /** Leaves only the first bytes, where that is possible. */
  cut(size: number): void {
    if (fstatSync(this.#fd).isFile()) ftruncateSync(this.#fd, size);
  }
}

/** What a capture file gets. */
export interface CaptureOptions {
  /** rows of drops */
  readonly drops: boolean;
  /** the words of ipft's command line */
  readonly commandLine: boolean;
  /** where the events come from, if not from this machine */
  readonly about?: Partial<About>;
}

/** A consumer that writes a capture file. */
class CaptureFile implements Consumer {
  readonly name: string;
  readonly fillsTerminal = false;
  readonly broken: Promise<Error | null>;
  readonly dropped = 0;
  readonly drops = null;
  readonly cut = 0;
  readonly #file: PrivateFile | null;
  readonly #sink: Sink;
  readonly #writer: TraceWriter;
  readonly #timer: NodeJS.Timeout;
  #taken = 0;
  #ticks = 0;
  /** bytes up to the end of the last block that was given to the sink */
  #given = 0;
  /** of these, bytes that are in the file */
  #whole = 0;
  #isBroken = false;
  #break: (error: Error | null) => void = () => undefined;

  constructor(
    traced: Traced,
    private readonly path: string,
    { drops, commandLine, about: origin = {} }: CaptureOptions,
    encodeRows: EncodeRows,
  ) {
    if (path === STDOUT && isatty(1))
      throw new UsageError('--write -: stdout is a terminal', 'a pipe, or the path of a file');
    this.name = `capture to ${path === STDOUT ? 'stdout' : path}`;
    this.broken = new Promise((resolve) => (this.#break = resolve));
    const fail = (error: Error): void => this.#fail(error);
    this.#file = path === STDOUT ? null : new PrivateFile(path);
    this.#sink = this.#file === null ? openStdout(fail) : new FileSink(this.#file, fail);
    const about = { ...circumstances(commandLine), drops, ...origin };
    this.#writer = new TraceWriter(traced, about, encodeRows, (bytes, events) => this.#emit(bytes, events));
    this.#timer = setInterval(() => this.#tick(), FLUSH_MS).unref();
  }

  get full(): boolean {
    return !this.#isBroken && (this.#sink.full || this.#writer.pending > MOST_PENDING);
  }

  async drained(): Promise<void> {
    if (this.#isBroken) return;
    await Promise.race([this.#writer.written(), this.broken]);
    await this.#sink.drained();
  }

  take(batch: Batch, events: number): void {
    this.#taken += events;
    if (!this.#isBroken) this.#writer.take(batch);
  }

  report(packet: number, report: string | object): void {
    if (!this.#isBroken) this.#writer.report({ packet, report });
  }

  backlog(): Loss[] {
    const unwritten = this.#taken - this.#sink.written;
    return unwritten === 0 ? [] : [backlog(unwritten, this.#taken, this.path)];
  }

  async finish(summary: Summary | null): Promise<Error | null> {
    clearInterval(this.#timer);
    if (!this.#isBroken) await Promise.race([this.#writer.finish(summary), this.broken]);
    await this.#sink.drained();
    return this.#isBroken ? this.broken : null;
  }

  #tick(): void {
    this.#writer.flush();
    if (++this.#ticks % CLOCKS_EVERY === 0) this.#writer.clocks();
  }

  #emit(bytes: Uint8Array, events: number): void {
    if (!this.#sink.full) this.#whole = this.#given;
    this.#given += bytes.length;
    this.#sink.write(bytes, events);
  }

  #fail(error: Error): void {
    clearInterval(this.#timer);
    this.#isBroken = true;
    this.#file?.cut(this.#whole);
    this.#break(resultError(error, this.path === STDOUT ? undefined : this.path));
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
