// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { createReadStream } from 'node:fs';
import { TraceReader, type Item } from '../../capture/trace-reader.js';
import { crossing } from '../../columns/crossing.js';
import { firstEvents, type Batch } from '../../core/batch.js';
import type { Column } from '../../core/column.js';
import type { Consumer, Loss, PlannedConsumer } from '../../core/consumer.js';
import { isSystemError, LossError, UnsupportedError, UsageError } from '../../core/errors.js';
import { STDOUT, type RecordedOptions } from '../../core/options.js';
import { hasRead } from '../../core/reads.js';
import { timeNs } from '../../core/row.js';
import type { Summary } from '../../core/summary.js';
import type { Traced } from '../../core/traced.js';
import { parseFields } from '../../plan/parse-fields.js';
import type { Messages } from '../../terminal/messages.js';
import { faultsIn } from './faults.js';
import { FollowedPackets } from './followed-packets.js';
import { packetFilter } from './packet-filter.js';
import { SelectedRows, type AbsentPackets } from './selected-rows.js';

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

/** How messages name a capture file. */
export const nameOf = (path: string): string => (path === STDOUT ? 'stdin' : path);

/** Opens a capture file, `-` for stdin. Throws what TraceReader.open() throws, and a UsageError if it cannot be read. */
export const openRecorded = (path: string): Promise<TraceReader> =>
  TraceReader.open(bytesOf(path), nameOf(path));

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

/** Throws an UnsupportedError if the file has no drops. */
export function checkHasDrops({ description }: TraceReader, name: string): void {
  if (!description.drops)
    throw new UnsupportedError(
      `--drops: ${name} does not have drops: they were not recorded`,
      'ipft record, or ipft --drops -w',
    );
}

/** Gives a consumer what a capture file has of the options' selection. */
export class Showing {
  readonly #traced: Traced;
  readonly #consumer: Consumer;
  readonly #rows: SelectedRows;
  #room: number;
  #isBroken = false;
  #summary: Summary | null = null;

  /**
   * `name`: of the file, for messages. Throws an UnsupportedError for fields, and for what filters ask for, that the
   * file does not have.
   */
  constructor(
    private readonly reader: TraceReader,
    private readonly options: RecordedOptions,
    planned: PlannedConsumer,
    private readonly name: string,
  ) {
    const fields = options.fields === undefined ? null : parseFields(options.fields);
    this.#traced = reader.traced(fields, reader.description.follows ? [crossing] : []);
    checkRecorded(fields ?? [], this.#traced, name);
    const file = { traced: this.#traced, description: reader.description, name };
    const matches = packetFilter(options, file);
    const followed = matches === null ? null : new FollowedPackets(matches);
    const wanted = { ...options, drops: planned.wants.drops };
    this.#rows = new SelectedRows(wanted, this.#traced.functions, followed);
    this.#consumer = planned.open(this.#traced);
    this.#room = options.count ?? Infinity;
    void this.#consumer.broken.then(() => (this.#isBroken = true));
  }

  /**
   * Throws the error that prevented it. Warns of what is missing from what was shown, and returns whether nothing
   * is.
   */
  async run(messages: Messages): Promise<boolean> {
    for await (const item of this.reader.items()) {
      this.#takeItem(item);
      if (this.#isBroken) break;
      if (this.#consumer.full) await this.#consumer.drained();
    }
    const { absent } = this.#rows;
    if (absent !== null) this.#checkPackets(absent, messages);
    const problem = await this.#consumer.finish(this.#summary);
    if (problem !== null) throw problem;
    for (const { text, remedy } of this.#missing) messages.warn(text, remedy);
    return this.#missing.length === 0;
  }

  /** Warns of packets that were asked for and are not there. Throws a UsageError if none of them is. */
  #checkPackets({ packets, range }: AbsentPackets, messages: Messages): void {
    if (this.#isBroken) return;
    const text = `--packet ${packets.join(',')}: not in ${this.name}, which has ${range}`;
    if (packets.length === this.options.packets?.size) throw new UsageError(text, 'a number of those');
    messages.warn(text);
  }

  get #missing(): readonly Loss[] {
    return [...this.#consumer.backlog(), ...faultsIn(this.reader, this.#summary, this.name)];
  }

  #takeItem(item: Item): void {
    if (item.kind === 'rows') this.#take(this.#rows.of(item.batch));
    else if (item.kind === 'report') this.#consumer.report?.(item.report.packet, item.report.report);
    else this.#summary = item.summary as Summary;
  }

  #take(batch: Batch): void {
    const { rows, events } = firstEvents(batch, this.#room);
    if (rows === 0) return;
    this.#room -= events;
    this.#traced.clock.firstNs ??= timeNs(batch.rows, 0);
    this.#consumer.take({ ...batch, count: rows }, events);
  }
}

/** Throws a LossError if --fail-on-loss was given and something is missing. */
export function checkLoss({ failOnLoss }: RecordedOptions, isComplete: boolean): void {
  if (!isComplete && failOnLoss)
    throw new LossError('something is missing from the results, and --fail-on-loss was given');
}
