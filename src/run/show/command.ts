// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { createReadStream } from 'node:fs';
import { TraceReader } from '../../capture/trace-reader.js';
import { crossing } from '../../columns/crossing.js';
import { firstEvents, type Batch } from '../../core/batch.js';
import type { Column } from '../../core/column.js';
import type { Consumer, Loss } from '../../core/consumer.js';
import { EXIT, isSystemError, LossError, UnsupportedError, UsageError } from '../../core/errors.js';
import { STDOUT, type ShowOptions } from '../../core/options.js';
import { hasRead } from '../../core/reads.js';
import { timeNs } from '../../core/row.js';
import type { Summary } from '../../core/summary.js';
import type { Traced } from '../../core/traced.js';
import { parseFields } from '../../plan/parse-fields.js';
import { plannedResults } from '../../results/results.js';
import { Messages } from '../../terminal/messages.js';
import { faultsIn } from './faults.js';
import { SelectedRows } from './selected-rows.js';

const CHUNK = 1024 * 1024;

/** The bytes of a file. Throws a UsageError if it cannot be read. */
async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const stream = path === STDOUT ? process.stdin : createReadStream(path, { highWaterMark: CHUNK });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    const code = isSystemError(error) ? error.code : String(error);
    throw new UsageError(
      `${path} cannot be read (${code})`,
      'the path of a file that ipft record has written',
    );
  }
}

/** Throws an UnsupportedError for columns whose data the file does not have. */
function checkRecorded(columns: readonly Column[], { layout }: Traced, name: string): void {
  const has = hasRead(layout);
  const absent = columns.filter(({ reads = [] }) => !reads.every(has)).map(({ id }) => id);
  if (absent.length > 0)
    throw new UnsupportedError(
      `${name} does not have ${absent.join(', ')}: it was not recorded`,
      `ipft record -f ${absent.join(',')}`,
    );
}

/** Throws an UnsupportedError for what the options ask for and the trace of a file does not have. */
function checkHas({ drops, family }: ShowOptions, { description }: TraceReader, name: string): void {
  const lacks = (what: string, flag: string, remedy: string): UnsupportedError =>
    new UnsupportedError(`${flag}: ${name} does not have ${what}`, remedy);
  if (drops && !description.drops)
    throw lacks('drops: they were not recorded', '--drops', 'ipft record, or ipft --drops -w');
  if (family !== true) return;
  if (!description.follows)
    throw lacks('relatives: they were not followed', '--family', 'ipft record --follow all');
  if (description.returns)
    throw lacks('families of calls and returns', '--family', 'ipft record --tracer function');
}

/** Shows one file. */
class Showing {
  readonly #traced: Traced;
  readonly #consumer: Consumer;
  readonly #rows: SelectedRows;
  #room: number;
  #isBroken = false;
  #summary: Summary | null = null;

  constructor(
    private readonly reader: TraceReader,
    options: ShowOptions,
    private readonly name: string,
  ) {
    const fields = options.fields === undefined ? null : parseFields(options.fields);
    this.#traced = reader.traced(fields, reader.description.follows ? [crossing] : []);
    checkHas(options, reader, name);
    checkRecorded(fields ?? [], this.#traced, name);
    this.#consumer = plannedResults(options, () => false).open(this.#traced);
    this.#rows = new SelectedRows(options, this.#traced.functions);
    this.#room = options.count ?? Infinity;
    void this.#consumer.broken.then(() => (this.#isBroken = true));
  }

  /** Resolves with the error that prevented it, or null. */
  async run(): Promise<Error | null> {
    for await (const item of this.reader.items()) {
      if (item.kind === 'rows') this.#take(this.#rows.of(item.batch));
      else if (item.kind === 'report') this.#consumer.report?.(item.report.packet, item.report.report);
      else this.#summary = item.summary as Summary;
      if (this.#isBroken) break;
      if (this.#consumer.full) await this.#consumer.drained();
    }
    return this.#consumer.finish(this.#summary);
  }

  /** What is missing from what was shown, in words. */
  get missing(): readonly Loss[] {
    return [...this.#consumer.backlog(), ...faultsIn(this.reader, this.#summary, this.name)];
  }

  #take(batch: Batch): void {
    const { rows, events } = firstEvents(batch, this.#room);
    if (rows === 0) return;
    this.#room -= events;
    this.#traced.clock.firstNs ??= timeNs(batch.rows, 0);
    this.#consumer.take({ ...batch, count: rows }, events);
  }
}

/**
 * Shows capture files, one after the other. Resolves with the exit code. Every error is an IpftError, or a bug.
 */
export async function showCommand(options: ShowOptions, messages = new Messages()): Promise<number> {
  let isComplete = true;
  for (const path of options.files) {
    const name = path === STDOUT ? 'stdin' : path;
    const reader = await TraceReader.open(bytesOf(path), name);
    const showing = new Showing(reader, options, name);
    const problem = await showing.run();
    if (problem !== null) throw problem;
    for (const { text, remedy } of showing.missing) {
      isComplete = false;
      messages.warn(text, remedy);
    }
  }
  if (!isComplete && options.failOnLoss)
    throw new LossError('something is missing from the results, and --fail-on-loss was given');
  return EXIT.ok;
}
