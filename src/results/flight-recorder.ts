// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { circumstances } from '../capture/circumstances.js';
import { RowRing } from '../capture/row-ring.js';
import type { About } from '../capture/trace-writer.js';
import type { Batch, EncodeRows } from '../core/batch.js';
import type { ClockReading } from '../core/clock.js';
import type { Consumer, Loss, PlannedConsumer } from '../core/consumer.js';
import type { Dump, Summary } from '../core/summary.js';
import type { Traced } from '../core/traced.js';
import { ON_REQUEST, type RecorderOptions } from '../core/trigger.js';
import { several } from '../ways/words.js';
import { backlog } from './backlog.js';
import { DumpFile, type DumpCause } from './dump-file.js';
import { KeptReports } from './kept-reports.js';
import { checkWritable } from './output-file.js';
import { Recording } from './recording.js';
import { watchFor, type Awaits, type Cause, type Watch } from './watches.js';

/** Rows that are put into the ring at once. */
const SLICE = 1024;
/** Time after which an event has surely been read from the kernel's buffers: drains are 100 ms apart, and take their time; ns. */
const SETTLED_NS = 250_000_000n;
/** How often the clocks are noted, ms, and how many of these readings are kept. */
const CLOCKS_MS = 60_000;
const MOST_CLOCKS = 1440;
/** A timer that is so late was kept by something else, ms. */
const LATE_MS = 50;
const NS_A_MS = 1e6;

/** How a flight recorder and its user speak to each other. */
export interface RecorderTools {
  /** Tells the user something. */
  readonly tell: (text: string) => void;
  /** Calls `act` when the user asks for a dump. */
  readonly onRequest: (act: () => void) => void;
}

export interface FlightOptions extends RecorderOptions {
  /** the first file; the others have numbers behind its name */
  readonly path: string;
  /** the words of ipft's command line are in the files */
  readonly commandLine: boolean;
}

/** A dump in words. */
function accountText({ file, trigger, packet, reason, events, further }: Dump): string {
  const of = packet === null ? '' : ` of packet #${packet}`;
  const why = reason === null ? '' : ` (${reason})`;
  const more = further === 0 ? '' : `, and ${several(further, 'further trigger')}`;
  return `${file}: ${events} events around ${trigger}${of}${why}${more}`;
}

/** A consumer that keeps the last events in memory, and writes those around a trigger to a capture file. */
class FlightRecorder implements Consumer {
  readonly name: string;
  readonly fillsTerminal = false;
  readonly broken: Promise<Error | null>;
  readonly done: Promise<void>;
  readonly dropped = 0;
  readonly drops = null;
  readonly cut = 0;
  readonly #about: About;
  readonly #ring: RowRing;
  readonly #reports = new KeptReports();
  readonly #watches: readonly Watch[];
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #clocks: ClockReading[] = [];
  readonly #finished: Dump[] = [];
  /** all but the last one only wait for the disk */
  readonly #writing = new Map<DumpFile, Promise<void>>();
  #last: DumpFile | null = null;
  #begun = 0;
  #summary: Summary | null = null;
  #failure: Error | null = null;
  #break: (error: Error | null) => void = () => undefined;
  #beDone: () => void = () => undefined;

  constructor(
    private readonly traced: Traced,
    private readonly options: FlightOptions,
    private readonly encodeRows: EncodeRows,
    private readonly tools: RecorderTools,
  ) {
    const { path, size, triggers, commandLine } = options;
    checkWritable(path, '--write');
    this.name = `flight recorder to ${path}`;
    this.broken = new Promise((resolve) => (this.#break = resolve));
    this.done = new Promise((resolve) => (this.#beDone = resolve));
    this.#about = { ...circumstances(commandLine), drops: true };
    this.#ring = new RowRing(size, traced.layout);
    this.#watches = triggers.map((trigger) => watchFor(trigger, traced));
    const waits = this.#watches.flatMap(({ awaits }) => (awaits === undefined ? [] : [this.#wait(awaits)]));
    this.#timers = [setInterval(() => this.#noteClocks(), CLOCKS_MS).unref(), ...waits];
    tools.onRequest(() => this.#request());
  }

  get full(): boolean {
    return this.#last?.full === true;
  }

  async drained(): Promise<void> {
    await Promise.race([this.#last?.drained(), this.broken]);
  }

  get dumps(): readonly Dump[] {
    return [...this.#finished, ...[...this.#writing.keys()].map(({ account }) => account)];
  }

  take(batch: Batch): void {
    const { rows, count, rowSize } = batch;
    for (let row = 0; row < count && this.#failure === null;) {
      const taken = Math.min(SLICE, count - row, this.#ring.capacity);
      const part = new DataView(rows.buffer, rows.byteOffset + row * rowSize, taken * rowSize);
      this.#last?.readBefore(this.#ring.firstAfter(batch, taken));
      this.#ring.put({ ...batch, rows: part, count: taken });
      for (const watch of this.#watches) this.#look(watch, part);
      row += taken;
    }
  }

  report(packet: number, report: string | object): void {
    this.#reports.forgetBefore(this.#ring.first);
    this.#reports.add(this.#ring.end, { packet, report });
  }

  backlog(): Loss[] {
    return [...this.#writing.keys()].flatMap(({ unwritten, account: { file, events } }) =>
      unwritten === 0 ? [] : [backlog(unwritten, events, file)],
    );
  }

  async finish(summary: Summary | null): Promise<Error | null> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#summary = summary;
    for (const dump of this.#writing.keys()) dump.close();
    await Promise.all(this.#writing.values());
    return this.#failure;
  }

  #look(watch: Watch, rows: DataView): void {
    const { rowSize } = this.traced.layout;
    for (let at = 0; at < rows.byteLength; at += rowSize) {
      const cause = watch.look(rows, at);
      if (cause !== null) this.#trigger(cause, cause.ns);
    }
  }

  #now(): bigint {
    return this.traced.readClocks?.().monotonic ?? 0n;
  }

  /** CLOCK_MONOTONIC up to when the ring has all events, ns. */
  #settled(): bigint {
    return this.#now() - SETTLED_NS;
  }

  /** After a time in which nothing else was done events may wait to be read: then nothing is known. */
  #wait({ everyMs, look }: Awaits): NodeJS.Timeout {
    let before = performance.now();
    const lookAgain = (): void => {
      const passed = performance.now() - before;
      before += passed;
      if (this.full || passed > everyMs + LATE_MS) return;
      const cause = look(Number(this.#settled()));
      if (cause !== null) this.#trigger(cause, this.#now());
    };
    return setInterval(lookAgain, everyMs).unref();
  }

  #request(): void {
    const ns = this.#now();
    this.#trigger({ trigger: ON_REQUEST, packet: null, reason: null, ns }, ns);
  }

  /** `from`: when the time begins in which events are still written, ns */
  #trigger(cause: Cause, from: bigint): void {
    const { afterMs, most } = this.options;
    const until = from + BigInt(Math.round(afterMs * NS_A_MS));
    if (this.#last?.isOver === false) this.#last.extend(until);
    else if (this.#begun !== most && this.#failure === null) this.#begin(cause, until);
  }

  #begin({ ns, ...cause }: Cause, until: bigint): void {
    const { path } = this.options;
    const file = this.#begun === 0 ? path : `${path}.${this.#begun}`;
    this.#begun++;
    try {
      const recording = new Recording(file, this.traced, this.#about, this.encodeRows);
      for (const reading of this.#clocks) recording.writer.clocks(reading);
      const all: DumpCause = { file, ...cause, timestamp: ns.toString() };
      const dump = new DumpFile(recording, this.#ring, this.#reports, all, until, () => this.#settled());
      this.#last = dump;
      this.#writing.set(dump, this.#write(dump));
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #write(dump: DumpFile): Promise<void> {
    const problem = await dump.write(() => this.#summary ?? this.traced.readSummary?.() ?? null);
    if (problem !== null) {
      this.#fail(problem);
      return;
    }
    this.#writing.delete(dump);
    this.#finished.push(dump.account);
    this.tools.tell(accountText(dump.account));
    if (this.#finished.length === this.options.most) this.#beDone();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#break(error);
  }

  #noteClocks(): void {
    const reading = this.traced.readClocks?.();
    if (reading !== undefined) this.#clocks.push(reading);
    if (this.#clocks.length > MOST_CLOCKS) this.#clocks.shift();
  }
}

/** The consumer that writes capture files around triggers. */
export const plannedRecorder = (
  options: FlightOptions,
  encodeRows: EncodeRows,
  tools: RecorderTools,
): PlannedConsumer => ({
  wants: { ends: true, drops: true },
  open: (traced) => new FlightRecorder(traced, options, encodeRows, tools),
});
