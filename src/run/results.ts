import { isatty } from 'node:tty';
import { ROW_SIZE } from '../core/abi.js';
import type { Batch } from '../core/batch.js';
import type { TraceOptions } from '../core/options.js';
import type { Output, OutputDescriptor } from '../core/output.js';
import type { Summary } from '../core/summary.js';
import type { Addon } from '../native/types.js';
import { outputs } from '../outputs/index.js';
import { resultPalette } from './colors.js';
import type { Consumer } from './consumer.js';
import { backlog, type Loss } from './losses.js';
import { columnContext, type Preparation } from './prepare.js';
import { createOutput } from './render.js';
import { openStdout, resultError, type Sink } from './sink.js';

const READER_MS = 1000;

/** Turns events into the text of an output, and writes it to stdout. */
export class Results implements Consumer {
  readonly broken: Promise<Error | null>;
  readonly dropped = 0;
  readonly #descriptor: OutputDescriptor;
  readonly #terminal = isatty(1);
  readonly #output: Output;
  readonly #sink: Sink;
  #taken = 0;
  /** Those of the taken whose text was given to the sink. */
  #ended = 0;
  #isBroken = false;
  #readerTimer: NodeJS.Timeout | undefined;
  #break: (error: Error | null) => void = () => undefined;

  constructor(preparation: Preparation, options: Pick<TraceOptions, 'output'>) {
    const descriptor = outputs.get(options.output);
    if (descriptor === undefined) throw new Error(`no output '${options.output}'`);
    this.#descriptor = descriptor;
    this.#output = this.#createOutput(preparation);
    this.broken = new Promise((resolve) => (this.#break = resolve));
    this.#sink = openStdout((error) => this.#fail(resultError(error)));
    this.#watchReader(preparation.addon);
  }

  #createOutput(preparation: Preparation): Output {
    const { tracer, fields, data } = preparation;
    return createOutput(this.#descriptor, columnContext(preparation), {
      palette: resultPalette(),
      terminal: this.#terminal,
      returns: tracer.returns,
      fields,
      rowSize: ROW_SIZE + data.layout.size,
    });
  }

  get tellsEnds(): boolean {
    return this.#descriptor.tellsEnds;
  }

  get fillsTerminal(): boolean {
    return this.#terminal && this.#descriptor.live;
  }

  get full(): boolean {
    return this.#sink.full;
  }

  drained(): Promise<void> {
    return this.#sink.drained();
  }

  take(batch: Batch, events: number): void {
    this.#taken += events;
    const text = this.#output.batch(batch);
    if (text.length > 0) this.#write(text);
  }

  /** Tells of events that were taken and that stdout has not got. */
  backlog(): Loss | null {
    const unwritten = this.#taken - this.#sink.written;
    return unwritten === 0 ? null : backlog(unwritten, this.#taken);
  }

  async finish(summary: Summary): Promise<Error | null> {
    for (const piece of this.#output.results(summary)) {
      if (this.#isBroken) break;
      this.#write(piece);
      if (this.#sink.full) await this.#sink.drained();
    }
    await this.#sink.drained();
    return this.#isBroken ? this.broken : null;
  }

  #write(text: string | Uint8Array): void {
    const ended = this.#taken - this.#output.held;
    this.#sink.write(text, ended - this.#ended);
    this.#ended = ended;
  }

  // Nothing is written while nothing happens, so the write that would find the reader gone may never come.
  #watchReader(addon: Addon): void {
    this.#readerTimer = setInterval(() => {
      if (addon.hasNoReader(1)) this.#fail(null);
    }, READER_MS).unref();
  }

  // Later, not now: who waits for `broken` drains the session, which a batch that is being delivered forbids.
  #fail(error: Error | null): void {
    clearInterval(this.#readerTimer);
    this.#isBroken = true;
    setImmediate(() => this.#break(error));
  }
}
