// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { columnsOf } from '../columns/index.js';
import { timeColumn } from '../columns/time.js';
import { ROW_SIZE } from '../core/abi.js';
import type { TimeFormat, TraceClock } from '../core/clock.js';
import { ofCalls, type Column, type ColumnContext } from '../core/column.js';
import type { DroppedPackets } from '../core/dropped-packets.js';
import { PLAIN, type Palette } from '../core/line.js';
import { TRACE_DEFAULTS } from '../core/options.js';
import type { LineColumns } from '../core/format.js';
import type { Frames, Output, OutputDescriptor, ReportOptions } from '../core/output.js';
import type { Origin, Traced } from '../core/traced.js';

export interface RenderOptions {
  readonly palette?: Palette;
  /** true if the results go to a terminal */
  readonly terminal?: boolean;
  /** true if rows may be returns (tracer function_graph) */
  readonly returns?: boolean;
  /** used instead of the output's default fields; null: the default */
  readonly fields?: readonly Column[] | null;
  /** shown after the fields */
  readonly further?: readonly Column[];
  /** Batch.rowSize */
  readonly rowSize?: number;
  /** selects the packets for --drops; null: all are shown */
  readonly dropped?: DroppedPackets | null;
  /**
   * how text shows the time of an event; JSON and CSV get an additional column; null: CLOCK_MONOTONIC, no
   * additional column
   */
  readonly time?: { readonly format: TimeFormat; readonly clock: TraceClock } | null;
  /** kernel release */
  readonly kernel?: string;
  readonly clock?: TraceClock;
  readonly frames?: Frames;
  readonly origin?: Origin | undefined;
  /** see OutputContext.maxEvents */
  readonly maxEvents?: number | undefined;
  /** JSON: write events only */
  readonly eventsOnly?: boolean;
  /** relatives of packets are followed */
  readonly follows?: boolean;
  /** show families of packets as wholes */
  readonly families?: boolean;
  readonly report?: Partial<ReportOptions>;
}

const USUAL_REPORT: ReportOptions = { file: null, hasDrops: true, ...TRACE_DEFAULTS.report };

/** The fields, without columns that are already in the lead or shown by an extension. */
function shownFields(
  own: readonly Column[],
  further: readonly Column[],
  inFront: readonly Column[],
  returns: boolean,
): Column[] {
  const isElsewhere = (column: Column, others: readonly Column[]): boolean =>
    column.ownNames !== true && others.some(({ key }) => key === column.key);
  const shown = [
    ...own.filter((column) => !isElsewhere(column, [...inFront, ...further])),
    ...further.filter((column) => !isElsewhere(column, inFront)),
  ];
  return shown.map((column) => (returns && column.ofReturns !== true ? ofCalls(column) : column));
}

/** Keys of what says what packets are to each other. */
const KIN = ['family', 'parent', 'relation', 'part', 'of'];

/** The columns of an output's lines. */
export function lineColumns(
  { format, lead, graphLead, kin, fields: usual }: OutputDescriptor,
  {
    returns,
    follows,
    fields,
    further,
    time,
  }: Pick<Traced, 'returns' | 'follows' | 'fields' | 'further'> & { readonly time: Column | null },
): LineColumns {
  const isAsked = [...(fields ?? []), ...further].some(({ key }) => KIN.includes(key));
  const untimed = [...columnsOf(returns ? graphLead : lead), ...(follows && !isAsked ? kin : [])];
  const timed = time === null ? { lead: untimed, last: [] } : format.withTime(untimed, time);
  const inFront = [...timed.lead, ...format.beside(returns), ...timed.last];
  return { ...timed, fields: shownFields(fields ?? columnsOf(usual), further, inFront, returns) };
}

const NO_CLOCK = { realOffsetNs: 0n, firstNs: null };

/** Creates an output with its columns. Needs no kernel: the rows may be recorded ones. */
export function createOutput(
  descriptor: OutputDescriptor,
  context: ColumnContext,
  {
    palette = PLAIN,
    terminal = false,
    returns = false,
    fields = null,
    further = [],
    rowSize = ROW_SIZE,
    dropped = null,
    time = null,
    kernel = '',
    clock = NO_CLOCK,
    eventsOnly = false,
    follows = false,
    families = false,
    ...others
  }: RenderOptions = {},
): Output {
  const { format } = descriptor;
  const { frames, origin, maxEvents } = others;
  const timed = time === null ? null : timeColumn(time.format, time.clock);
  const all = lineColumns(descriptor, { returns, follows, fields, further, time: timed });
  const drops = dropped === null ? null : { packets: dropped, line: format.dropLine(context, timed) };
  return descriptor.create({
    trace: { context, fields: all.fields, follows, returns, kernel, clock, frames, origin },
    maxEvents,
    palette,
    terminal,
    rowSize,
    drops,
    relation: follows ? format.relationLine(context, timed) : null,
    follows,
    families,
    eventsOnly,
    report: { ...USUAL_REPORT, ...others.report },
    ...format.lines({ ...all, returns, context, palette }),
  });
}
