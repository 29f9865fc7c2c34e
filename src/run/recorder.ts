import { cpus } from 'node:os';
import { isatty } from 'node:tty';
import type { Output } from '../core/output.js';
import type { TraceOptions } from '../core/options.js';
import { automaticPageCount } from '../core/perf-buffer.js';
import { outputs } from '../outputs/index.js';
import type { Addon, Session } from '../native/types.js';
import { resultPalette } from './colors.js';
import { native } from './functions.js';
import type { Messages } from './messages.js';
import type { Preparation } from './prepare.js';
import { createOutput } from './render.js';
import { openStdout, resultError, type Sink } from './sink.js';

const STATUS_MS = 250;
const READER_MS = 1000;

/** Takes events from the session to stdout. */
export class Recorder {
  readonly session: Session;
  /** Resolves when no more can be written: with null if the reader has left. */
  readonly broken: Promise<Error | null>;
  readonly #output: Output;
  readonly #sink: Sink;
  readonly #showsCounter: boolean;
  #rows: DataView | null = null;
  #paused = false;
  #isBroken = false;
  #timer: NodeJS.Timeout | undefined;
  #readerTimer: NodeJS.Timeout | undefined;
  #break: (error: Error | null) => void = () => undefined;

  constructor(
    preparation: Preparation,
    private readonly options: TraceOptions,
    private readonly messages: Messages,
  ) {
    const { addon, table, traceable, backend } = preparation;
    const descriptor = outputs.get(options.output);
    if (descriptor === undefined) throw new Error(`no output '${options.output}'`);
    const terminal = isatty(1);
    const context = {
      names: table.names,
      modules: table.modules,
      enumMembers: (enumerator: string) => native('reading an enum', () => addon.readEnum(enumerator)),
    };
    this.#output = createOutput(descriptor, context, { palette: resultPalette(), terminal });
    // Lines of results and a counter that is rewritten in place do not go together on one screen.
    this.#showsCounter = messages.terminal && !(terminal && descriptor.live);
    this.broken = new Promise((resolve) => (this.#break = resolve));
    this.#sink = openStdout((error) => this.#fail(resultError(error)));
    this.#watchReader(addon);
    const { mark, mask, samplePeriod, wakeupEvents } = options;
    const pageCount = options.pageCount ?? automaticPageCount(cpus().length);
    const settings = { mark, mask, pageCount, samplePeriod, wakeupEvents, programs: backend.programs };
    const functions = Uint32Array.from(traceable);
    const { addresses, slots, dataFreed } = table.columns;
    this.session = native(
      'loading the BPF programs',
      () =>
        new addon.Session({ ...settings, functions, slots, addresses, dataFreed }, (count) =>
          this.#onBatch(count),
        ),
    );
  }

  /** Events flow from here on. */
  start(): void {
    native('activating the trace', () => this.session.activate());
    if (this.#showsCounter)
      this.#timer = setInterval(() => this.messages.status(this.#counter()), STATUS_MS).unref();
  }

  /** No more events flow; takes those that are buffered, and says how many there were. */
  stop(): void {
    clearInterval(this.#timer);
    this.session.deactivate();
    this.session.drain();
    this.messages.status(this.#counter());
    this.messages.endStatus();
    this.#showGaps();
    if (this.options.verbose) this.#showLosses();
  }

  /** Writes what there is to write at the end; resolves when stdout has taken it, or with what broke it. */
  async print(): Promise<Error | null> {
    for (const piece of this.#output.results()) {
      if (this.#isBroken) break;
      this.#sink.write(piece);
      if (this.#sink.full) await this.#sink.drained();
    }
    await this.#sink.drained();
    return this.#isBroken ? this.broken : null;
  }

  // What the counter line does not tell, because it is rare.
  #showGaps(): void {
    const [matched = 0, delivered = 0, lost = 0, missed = 0] = this.session.counters();
    if (missed > 0)
      this.messages.warn(
        `${missed} calls were not looked at, since another BPF program was running on their CPU`,
      );
    if (matched !== delivered + lost)
      this.messages.warn(
        `${matched - delivered - lost} events are neither among the samples nor the lost ones`,
      );
  }

  // Trails behind `Lost`: the kernel tells of a loss with the next event that fits.
  #showLosses(): void {
    this.session.lostPerCpu().forEach((lost, cpu) => {
      if (lost > 0) this.messages.line(`CPU ${cpu}: ${lost} lost, as PERF_RECORD_LOST tells`);
    });
  }

  #counter(): string {
    const [, delivered = 0, lost = 0] = this.session.counters();
    return `Samples: ${delivered} Lost: ${lost}`;
  }

  // Nothing is written while nothing happens, so the write that would find the reader gone may never come.
  #watchReader(addon: Addon): void {
    this.#readerTimer = setInterval(() => {
      if (addon.hasNoReader(1)) this.#fail(null);
    }, READER_MS).unref();
  }

  #onBatch(count: number): void {
    try {
      this.#rows ??= new DataView(this.session.batch);
      const text = this.#output.batch(this.#rows, count);
      if (text !== '') this.#sink.write(text);
      if (this.#sink.full && !this.#paused) void this.#waitForReader();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  // What the reader does not take in time is lost in the kernel's buffer, where it is counted.
  async #waitForReader(): Promise<void> {
    this.#paused = true;
    this.session.pause();
    await this.#sink.drained();
    this.#paused = false;
    if (!this.#isBroken) this.session.resume();
  }

  // Later, not now: who waits for `broken` drains the session, which a batch that is being delivered forbids.
  #fail(error: Error | null): void {
    clearInterval(this.#readerTimer);
    this.#isBroken = true;
    setImmediate(() => this.#break(error));
  }
}
