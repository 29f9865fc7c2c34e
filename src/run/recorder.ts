import { cpus, release } from 'node:os';
import { isatty } from 'node:tty';
import { firstEvents } from '../core/batch.js';
import type { Output } from '../core/output.js';
import type { TraceOptions } from '../core/options.js';
import { automaticPageCount, LEAST_PAGES } from '../core/perf-buffer.js';
import type { EndReason, Summary } from '../core/summary.js';
import { outputs } from '../outputs/index.js';
import type { Addon, Counters, Session } from '../native/types.js';
import { resultPalette } from './colors.js';
import { native } from './functions.js';
import { accounts, backlog, losses, remarks, type Loss } from './losses.js';
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
  /** Resolves when there are as many events as --count asks for. */
  readonly full: Promise<void>;
  readonly #pageCount: number;
  readonly #output: Output;
  readonly #sink: Sink;
  readonly #showsCounter: boolean;
  #rows: DataView | null = null;
  /** Events that the output may still be given. */
  #room: number;
  #taken = 0;
  /** Those of the taken whose text was given to the sink. */
  #ended = 0;
  #began = 0;
  #seconds = 0;
  #counters: Counters | null = null;
  #paused = false;
  #isBroken = false;
  #timer: NodeJS.Timeout | undefined;
  #readerTimer: NodeJS.Timeout | undefined;
  #break: (error: Error | null) => void = () => undefined;
  #fill: () => void = () => undefined;

  constructor(
    private readonly preparation: Preparation,
    private readonly options: TraceOptions,
    private readonly messages: Messages,
  ) {
    const { addon, table, tracer } = preparation;
    const descriptor = outputs.get(options.output);
    if (descriptor === undefined) throw new Error(`no output '${options.output}'`);
    const terminal = isatty(1);
    const context = {
      names: table.names,
      modules: table.modules,
      enumMembers: (enumerator: string) => native('reading an enum', () => addon.readEnum(enumerator)),
    };
    this.#output = createOutput(descriptor, context, {
      palette: resultPalette(),
      terminal,
      returns: tracer.returns,
    });
    // Lines of results and a counter that is rewritten in place do not go together on one screen.
    this.#showsCounter = messages.terminal && !(terminal && descriptor.live);
    this.broken = new Promise((resolve) => (this.#break = resolve));
    this.full = new Promise((resolve) => (this.#fill = resolve));
    this.#room = options.count ?? Infinity;
    this.#sink = openStdout((error) => this.#fail(resultError(error)));
    this.#watchReader(addon);
    this.session = this.#openSession(descriptor.tellsEnds);
    this.#pageCount = this.session.pageCount;
  }

  #openSession(tellsEnds: boolean): Session {
    const { addon, table, traceable, hidden, backend } = this.preparation;
    const { mark, mask, samplePeriod, wakeupEvents, maxRate, sample, budget } = this.options;
    const { pageCount = automaticPageCount(cpus().length) } = this.options;
    const leastPageCount = this.options.pageCount ?? LEAST_PAGES;
    const perf = { pageCount, leastPageCount, samplePeriod, wakeupEvents };
    const limits = { maxRate, sample, timed: budget !== undefined };
    const settings = { mark, mask, ...perf, ...limits, programs: backend.programs };
    const functions = Uint32Array.from(traceable);
    const ends = { hidden: Uint32Array.from(hidden), tellsEnds };
    const { addresses, slots, btfIds, modules, dataFreed, roles } = table.columns;
    const columns = { addresses, slots, btfIds, modules, dataFreed, roles };
    const sessionOptions = { ...settings, ...ends, ...columns, functions };
    return native(
      'loading the BPF programs',
      () => new addon.Session(sessionOptions, (count) => this.#onBatch(count)),
    );
  }

  /** Events flow from here on. */
  start(): void {
    native('activating the trace', () => this.session.activate());
    this.#began = performance.now();
    if (this.#showsCounter)
      this.#timer = setInterval(
        () => this.messages.status(this.#counter(this.session.counters())),
        STATUS_MS,
      ).unref();
  }

  /** No more events flow; takes those that are buffered, and says how many there were. */
  stop(): void {
    clearInterval(this.#timer);
    this.session.deactivate();
    this.#seconds = (performance.now() - this.#began) / 1000;
    this.session.drain();
    this.#counters = this.session.counters();
    this.messages.status(this.#counter(this.#counters));
    this.messages.endStatus();
    for (const { text, remedy } of this.#losses()) this.messages.warn(text, remedy);
    for (const remark of remarks(this.#counters)) this.messages.line(remark);
    if (this.options.verbose) this.#showLosses();
  }

  /**
   * Writes what there is to write at the end; resolves when stdout has taken it, or with what broke it. `functions`: how
   * many were attached.
   */
  async print(end: EndReason, functions: number): Promise<Error | null> {
    for (const piece of this.#output.results(this.#summary(end, functions))) {
      if (this.#isBroken) break;
      this.#write(piece);
      if (this.#sink.full) await this.#sink.drained();
    }
    await this.#sink.drained();
    return this.#isBroken ? this.broken : null;
  }

  /** Tells of events that were taken and that stdout has not got, if there are any. */
  sayUnwritten(): void {
    if (this.#unwritten === 0) return;
    const { text, remedy } = backlog(this.#unwritten, this.#taken);
    this.messages.warn(text, remedy);
  }

  /** True if, as far as is known, every event was written, but for those that were not to be. */
  get isComplete(): boolean {
    return this.#unwritten === 0 && this.#losses().length === 0;
  }

  get #unwritten(): number {
    return this.#taken - this.#sink.written;
  }

  // What the counter line does not tell, or not in words.
  #losses(): Loss[] {
    return this.#counters === null ? [] : losses(this.#counters, this.#pageCount);
  }

  #summary(end: EndReason, functions: number): Summary {
    const { backend, tracer } = this.preparation;
    const counters = this.#counters ?? this.session.counters();
    return {
      ...accounts(counters, this.#taken),
      duration_s: Number(this.#seconds.toFixed(3)),
      kernel: release(),
      backend: backend.id,
      tracer: tracer.id,
      functions,
      end,
    };
  }

  // Trails behind `Lost`: the kernel tells of a loss with the next event that fits.
  #showLosses(): void {
    this.session.lostPerCpu().forEach((lost, cpu) => {
      if (lost > 0) this.messages.line(`CPU ${cpu}: ${lost} lost, as PERF_RECORD_LOST tells`);
    });
  }

  #counter({ lost, suppressed, unreturned }: Counters): string {
    const returns = this.preparation.tracer.returns ? ` Unreturned: ${unreturned}` : '';
    const left = this.options.maxRate === undefined ? '' : ` Suppressed: ${suppressed}`;
    return `Samples: ${this.#taken} Lost: ${lost}${returns}${left}`;
  }

  // Nothing is written while nothing happens, so the write that would find the reader gone may never come.
  #watchReader(addon: Addon): void {
    this.#readerTimer = setInterval(() => {
      if (addon.hasNoReader(1)) this.#fail(null);
    }, READER_MS).unref();
  }

  #onBatch(count: number): void {
    if (this.#room === 0) return;
    try {
      this.#rows ??= new DataView(this.session.batch);
      const { rows, events } = firstEvents(this.#rows, count, this.#room);
      this.#room -= events;
      if (this.#room === 0) setImmediate(() => this.#fill()); // as #fail does
      this.#taken += events;
      const text = this.#output.batch(this.#rows, rows);
      if (text.length > 0) this.#write(text);
      if (this.#sink.full && !this.#paused) void this.#waitForReader();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #write(text: string | Uint8Array): void {
    const ended = this.#taken - this.#output.held;
    this.#sink.write(text, ended - this.#ended);
    this.#ended = ended;
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
