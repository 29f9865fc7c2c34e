// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Item, TraceReader } from '../../capture/trace-reader.js';
import { crossing } from '../../columns/crossing.js';
import { nft, SUBJECT_READ } from '../../columns/nft.js';
import { hasRead } from '../../core/reads.js';
import { firstEvents, type Batch } from '../../core/batch.js';
import type { Column } from '../../core/column.js';
import type { Consumer, PlannedConsumer } from '../../core/consumer.js';
import { ExtensionError, LossError, UsageError } from '../../core/errors.js';
import type { RecordedOptions, ShowOptions } from '../../core/options.js';
import { timeNs } from '../../core/row.js';
import type { Summary } from '../../core/summary.js';
import { columnContext, type Traced } from '../../core/traced.js';
import { RunningChecks } from '../../engine/checks.js';
import { plannedWith } from '../../extension/consumer.js';
import type { Extensions } from '../../extension/extensions.js';
import { parseFields } from '../../plan/parse-fields.js';
import type { Messages } from '../../terminal/messages.js';
import { faultsIn } from './faults.js';
import { followedPackets } from './packet-filter.js';
import { checkExtensions, checkRecorded, checksIn } from './recorded.js';
import { isExtra, roomy, withRoom } from './room.js';
import { SelectedRows, type AbsentPackets } from './selected-rows.js';

/** What is shown of a file. */
type Options = RecordedOptions & Pick<ShowOptions, 'check' | 'family' | 'failOnCheck'>;

/** The columns of --fields, or those of an extension alone; null: the output's own. */
function fieldsOf({ fields }: Options, { isAlone }: Extensions): readonly Column[] | null {
  if (fields !== undefined) return parseFields(fields);
  return isAlone ? [] : null;
}

/** Gives a consumer what a capture file has of the options' selection. */
export class Showing {
  readonly #traced: Traced;
  readonly #consumer: Consumer;
  readonly #rows: SelectedRows;
  readonly #checks: RunningChecks;
  /** what extensions have said while it was recorded is shown, unless they see the events again */
  readonly #hasReports: boolean;
  #room: number;
  #events = 0;
  #isBroken = false;
  #summary: Summary | null = null;

  /**
   * `name`: of the file, for messages. Throws an UnsupportedError for fields, and for what filters, extensions and
   * checks ask for, that the file does not have.
   */
  constructor(
    private readonly reader: TraceReader,
    private readonly options: Options,
    extensions: Extensions,
    planned: PlannedConsumer,
    private readonly name: string,
  ) {
    const { layout, follows } = reader.description;
    const fields = fieldsOf(options, extensions);
    const checks = checksIn(options, layout, name);
    const further = [
      ...extensions.columns,
      ...(hasRead(layout)(SUBJECT_READ) ? [nft] : []),
      ...(follows ? [crossing] : []),
      ...checks.map(({ column }) => column),
    ];
    checkRecorded(fields ?? [], layout, name);
    checkExtensions(extensions, layout, name);
    const extras = [...extensions.reads, ...further.flatMap(({ reads = [] }) => reads)].filter(isExtra);
    this.#traced = { ...reader.traced(fields, further), layout: withRoom(layout, extras) };
    this.#rows = this.#selectedRows(planned, extensions);
    this.#checks = new RunningChecks(checks, [], columnContext(this.#traced));
    this.#hasReports = extensions.all.length === 0;
    this.#consumer = plannedWith(extensions, planned).open(this.#traced);
    this.#room = options.count ?? Infinity;
    void this.#consumer.broken.then(() => (this.#isBroken = true));
  }

  #selectedRows({ wants }: PlannedConsumer, { conditions }: Extensions): SelectedRows {
    const { reader, name, options } = this;
    const file = { traced: reader.traced(null, []), description: reader.description, name };
    const followed = followedPackets(options, file, conditions);
    return new SelectedRows({ ...options, drops: wants.drops }, this.#traced.functions, followed);
  }

  /**
   * Throws the error that prevented it. Says what checks have found, warns of what is missing from what was shown,
   * and returns whether nothing is.
   */
  async run(messages: Messages): Promise<boolean> {
    try {
      await this.#showItems();
    } catch (error) {
      if (error instanceof ExtensionError) await this.#consumer.finish(null);
      throw error;
    }
    const { absent } = this.#rows;
    if (absent !== null) this.#checkPackets(absent, messages);
    const problem = await this.#consumer.finish(this.#summary);
    if (problem !== null) throw problem;
    if (this.#checks.remark !== null) messages.line(this.#checks.remark);
    const missing = [...this.#consumer.backlog(), ...faultsIn(this.reader, this.#summary, this.name)];
    for (const { text, remedy } of missing) messages.warn(text, remedy);
    return missing.length === 0;
  }

  /** What checks have found. */
  get violations(): number {
    return this.#checks.summary.violations ?? 0;
  }

  async #showItems(): Promise<void> {
    for await (const item of this.reader.items()) {
      this.#takeItem(item);
      if (this.#isBroken) return;
      if (this.#consumer.full) await this.#consumer.drained();
    }
  }

  #takeItem(item: Item): void {
    if (item.kind === 'rows') this.#take(this.#rows.of(item.batch));
    else if (item.kind === 'summary') this.#summary = item.summary as Summary;
    else if (this.#hasReports) this.#consumer.report?.(item.report.packet, item.report.report);
  }

  /** Warns of packets that were asked for and are not there. Throws a UsageError if none of them is. */
  #checkPackets({ packets, range }: AbsentPackets, messages: Messages): void {
    if (this.#isBroken) return;
    const text = `--packet ${packets.join(',')}: not in ${this.name}, which has ${range}`;
    if (packets.length === this.options.packets?.size) throw new UsageError(text, 'a number of those');
    messages.warn(text);
  }

  /** Events given to the consumer. */
  get events(): number {
    return this.#events;
  }

  #take(selected: Batch): void {
    const { rows, events } = firstEvents(selected, this.#room);
    if (rows === 0) return;
    this.#room -= events;
    this.#events += events;
    this.#traced.clock.firstNs ??= timeNs(selected.rows, 0);
    const batch = roomy({ ...selected, count: rows }, this.#traced.layout.rowSize);
    this.#checks.take(batch);
    this.#consumer.take(batch, events);
  }
}

/** Throws a LossError if --fail-on-loss was given and something is missing. */
export function checkLoss({ failOnLoss }: RecordedOptions, isComplete: boolean): void {
  if (!isComplete && failOnLoss)
    throw new LossError('something is missing from the results, and --fail-on-loss was given');
}
