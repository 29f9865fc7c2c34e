// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { isatty } from 'node:tty';
import type { Batch } from '../core/batch.js';
import type { DropCounts, DroppedPackets } from '../core/dropped-packets.js';
import { droppedPackets } from '../core/dropped.js';
import { columnsOf } from '../columns/index.js';
import { UsageError } from '../core/errors.js';
import { hasRead } from '../core/reads.js';
import type { CommandOptions } from '../core/options.js';
import type { Output, OutputDescriptor, ReportOptions } from '../core/output.js';
import type { Summary } from '../core/summary.js';
import { columnContext, type Traced } from '../core/traced.js';
import { outputOf } from '../outputs/index.js';
import { resultPalette } from '../terminal/colors.js';
import { backlog } from './backlog.js';
import type { Consumer, Loss, PlannedConsumer } from '../core/consumer.js';
import { OutputFile } from './output-file.js';
import { createOutput } from './render.js';
import { FileSink, openStdout, resultError, type Sink } from './sink.js';

const READER_MS = 1000;

/** True if the fd is a pipe or socket whose other end is closed. */
export type HasNoReader = (fd: number) => boolean;

/** The options that decide where results go. `flag`: the command line flag of the file, for messages. */
export type ResultsOptions = Pick<
  CommandOptions,
  | 'outputFile'
  | 'rotate'
  | 'rotateKeep'
  | 'drops'
  | 'time'
  | 'eventsOnly'
  | 'family'
  | 'interfaces'
  | 'patchLength'
> & {
  readonly output: string;
  readonly flag?: string;
  readonly report?: Partial<ReportOptions> | undefined;
  /** see OutputContext.maxEvents */
  readonly maxEvents?: number | undefined;
};

/** A consumer that turns events into the text of an output, and writes it to stdout or a file. */
class Results implements Consumer {
  readonly broken: Promise<Error | null>;
  readonly name: string;
  readonly dropped = 0;
  readonly #descriptor: OutputDescriptor;
  readonly #terminal: boolean;
  /** selects the packets for --drops; null: all packets are shown */
  readonly #dropped: DroppedPackets | null;
  readonly #output: Output;
  readonly #sink: Sink;
  #taken = 0;
  /** Shown events whose text was given to the sink. */
  #ended = 0;
  #isBroken = false;
  #readerTimer: NodeJS.Timeout | undefined;
  #break: (error: Error | null) => void = () => undefined;

  constructor(
    descriptor: OutputDescriptor,
    traced: Traced,
    private readonly options: ResultsOptions,
    hasNoReader: HasNoReader,
  ) {
    this.name = `${descriptor.id} to ${options.outputFile ?? 'stdout'}`;
    this.#descriptor = descriptor;
    this.#terminal = options.outputFile === undefined && isatty(1);
    if (this.#terminal && descriptor.document?.isBinary === true) throw noText(descriptor, options);
    this.#dropped = options.drops === true ? droppedPackets(columnContext(traced), traced.follows) : null;
    this.#output = this.#createOutput(traced);
    this.broken = new Promise((resolve) => (this.#break = resolve));
    this.#sink = this.#openSink();
    if (options.outputFile === undefined) this.#watchReader(hasNoReader);
  }

  #createOutput(traced: Traced): Output {
    const { returns, follows, further, layout, kernel, clock, origin, snaplen } = traced;
    const { interfaces, patchLength } = this.options;
    return createOutput(this.#descriptor, columnContext(traced), {
      palette: resultPalette(this.options.outputFile !== undefined),
      terminal: this.#terminal,
      returns,
      follows,
      fields: fieldsOf(this.#descriptor, traced),
      further,
      kernel,
      clock,
      origin,
      frames: { layout, snaplen, interfaces, patchLength },
      maxEvents: this.options.maxEvents,
      rowSize: layout.rowSize,
      dropped: this.#dropped,
      time: this.options.time === undefined ? null : { format: this.options.time, clock },
      eventsOnly: this.options.eventsOnly === true,
      families: this.options.family === true,
      report: this.options.report ?? {},
    });
  }

  #openSink(): Sink {
    const { outputFile, rotate, rotateKeep, flag = '--output-file' } = this.options;
    const { head = '', opening = '' } = this.#output;
    const fail = (error: Error): void => this.#fail(resultError(error, outputFile));
    if (outputFile === undefined) {
      const sink = openStdout(fail);
      if (head !== '') sink.write(head);
      return sink;
    }
    const rotation = rotate === undefined ? null : { size: rotate, keep: rotateKeep };
    const isPrivate = this.#descriptor.document !== undefined;
    return new FileSink(new OutputFile(outputFile, { head, opening, flag, isPrivate }, rotation), fail);
  }

  get drops(): DropCounts | null {
    return this.#dropped?.counts() ?? null;
  }

  get cut(): number {
    return this.#output.cut;
  }

  /** Events taken that are shown, or will be. */
  get #shown(): number {
    return this.#taken - (this.#dropped?.omitted ?? 0);
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

  report(packet: number, report: string | object): void {
    if (this.options.eventsOnly === true) return;
    const lines = this.#descriptor.format.report(packet, report);
    if (lines !== null) this.#write(lines);
  }

  /** Events that were taken but did not reach stdout or the file. */
  backlog(): Loss[] {
    const unwritten = this.#shown - this.#sink.written;
    const missing = this.#output.missing?.() ?? [];
    return unwritten === 0 ? missing : [backlog(unwritten, this.#shown, this.options.outputFile), ...missing];
  }

  async finish(summary: Summary | null): Promise<Error | null> {
    for (const piece of this.#output.results(summary ?? undefined)) {
      if (this.#isBroken) break;
      this.#write(piece);
      if (this.#sink.full) await this.#sink.drained();
    }
    if (!this.#isBroken) this.#write(''); // of events that are in no text, a document tells otherwise
    await this.#sink.drained();
    return this.#isBroken ? this.broken : null;
  }

  #write(text: string | Uint8Array): void {
    const ended = this.#shown - this.#output.held;
    this.#sink.write(text, ended - this.#ended);
    this.#ended = ended;
  }

  // While nothing happens nothing is written, so no failing write would reveal that the reader has left.
  #watchReader(hasNoReader: HasNoReader): void {
    this.#readerTimer = setInterval(() => {
      if (hasNoReader(1)) this.#fail(null);
    }, READER_MS).unref();
  }

  #fail(error: Error | null): void {
    clearInterval(this.#readerTimer);
    this.#isBroken = true;
    this.#break(error);
  }
}

/** The fields of --fields, and what a document wishes besides, as far as the trace has it; null: the output's default. */
function fieldsOf(
  { document, fields: usual }: OutputDescriptor,
  { fields, layout }: Traced,
): Traced['fields'] {
  if (document === undefined) return fields;
  const has = hasRead(layout);
  const wished = columnsOf(document.wished(fields === null));
  const shown = [
    ...(fields ?? columnsOf(usual)),
    ...wished.filter(({ reads = [] }) => reads.every((read) => has(read))),
  ];
  return [...new Map(shown.map((column) => [column.key, column])).values()];
}

const noText = ({ id }: OutputDescriptor, { flag = '--output-file' }: ResultsOptions): UsageError =>
  new UsageError(`${id} is not for a terminal, and stdout is one`, `${flag} FILE, or a pipe`);

/** Exports by their ids, as far as they are loaded. */
export type Exports = ReadonlyMap<string, OutputDescriptor>;

/** The consumer for the results that the options ask for. */
export function plannedResults(
  options: ResultsOptions,
  hasNoReader: HasNoReader,
  exports: Exports = new Map(),
): PlannedConsumer {
  const descriptor = exports.get(options.output) ?? outputOf(options.output);
  const drops = options.drops === true;
  return {
    wants: { ends: descriptor.needsEnds || drops, drops: drops || descriptor.needsDrops === true },
    open: (traced) => new Results(descriptor, traced, options, hasNoReader),
  };
}
