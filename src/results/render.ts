// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { columns } from '../columns/index.js';
import { timeColumn } from '../columns/time.js';
import { ROW_SIZE } from '../core/abi.js';
import { callLines, type CallLines } from '../core/call-line.js';
import type { TimeFormat, TraceClock } from '../core/clock.js';
import { ofCalls, type Column, type ColumnContext } from '../core/column.js';
import { csvHeader, csvLine } from '../core/csv.js';
import { dropJson, dropText } from '../core/drop.js';
import type { DroppedPackets } from '../core/dropped-packets.js';
import { fieldsText, headerLine, jsonLine, leadText, PLAIN, textLine, type Palette } from '../core/line.js';
import type { Output, OutputDescriptor } from '../core/output.js';

function columnsOf(ids: readonly string[]): Column[] {
  return ids.map((id) => {
    const column = columns.get(id);
    if (column === undefined) throw new Error(`no column '${id}'`);
    return column;
  });
}

export interface RenderOptions {
  readonly palette?: Palette;
  /** true when people read the results as they come */
  readonly terminal?: boolean;
  /** true if rows may be returns, as those of function_graph */
  readonly returns?: boolean;
  /** in place of the output's own; null: those */
  readonly fields?: readonly Column[] | null;
  /** behind those fields */
  readonly further?: readonly Column[];
  /** Batch.rowSize */
  readonly rowSize?: number;
  /** the packets that --drops shows; null: all are shown */
  readonly dropped?: DroppedPackets | null;
  /** how lines of text tell the time, and JSON and CSV in a further column; null: as CLOCK_MONOTONIC, without one */
  readonly time?: { readonly format: TimeFormat; readonly clock: TraceClock } | null;
  /** of JSON, no other lines than those of events */
  readonly eventsOnly?: boolean;
}

/** Puts the time where text and JSON have it: in the place of the time stamp, or behind it. */
function withTime(
  lead: readonly Column[],
  format: OutputDescriptor['format'],
  time: Column | null,
): readonly Column[] {
  if (time === null || format === 'csv') return lead;
  const inPlace = (column: Column): Column[] => (format === 'text' ? [time] : [column, time]);
  return lead.flatMap((column) => (column.id === 'timestamp' ? inPlace(column) : [column]));
}

/** The columns that function_graph's text has behind the output's own. */
const [DURATION, FUNCTION] = columnsOf(['duration', 'function']) as [Column, Column];

/** Over the calls, which are indented rather than aligned. */
const CALL: Column = { ...FUNCTION, header: '| FUNCTION', width: 0 };

function linesOfCalls(
  lead: readonly Column[],
  fields: readonly Column[],
  context: ColumnContext,
  palette: Palette,
): CallLines {
  return callLines(
    {
      lead: leadText(lead, context, palette),
      duration: { text: DURATION.bind(context).text, width: DURATION.width },
      name: FUNCTION.bind(context),
      fields: fieldsText(fields, context),
    },
    palette,
  );
}

/** The fields, without those that are shown in front or by an extension already. */
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

/** Puts an output together with its columns. Needs no kernel: the rows may be recorded ones. */
export function createOutput(
  descriptor: OutputDescriptor,
  context: ColumnContext,
  {
    palette = PLAIN,
    terminal = false,
    returns = false,
    fields: wanted = null,
    further = [],
    rowSize = ROW_SIZE,
    dropped = null,
    time = null,
    eventsOnly = false,
  }: RenderOptions = {},
): Output {
  const timed = time === null ? null : timeColumn(time.format, time.clock);
  const ids = returns ? descriptor.graphLead : descriptor.lead;
  const lead = withTime(columnsOf(ids), descriptor.format, timed);
  // CSV has the time in its last place.
  const last = descriptor.format === 'csv' && timed !== null ? [timed] : [];
  const own = wanted ?? columnsOf(descriptor.fields);
  const inFront =
    returns && descriptor.format === 'text' ? [...lead, DURATION, FUNCTION] : [...lead, ...last];
  const fields = shownFields(own, further, inFront, returns);
  const dropLine = descriptor.format === 'json' ? dropJson(context, timed) : dropText(context);
  const drops = dropped === null ? null : { packets: dropped, line: dropLine };
  const common = { palette, terminal, rowSize, drops, eventsOnly };
  if (descriptor.format === 'json') {
    const line = jsonLine([...lead, ...fields], context);
    return descriptor.create({ ...common, line, calls: null, header: '' });
  }
  if (descriptor.format === 'csv') {
    const all = [...lead, ...fields, ...last];
    return descriptor.create({ ...common, line: csvLine(all, context), calls: null, header: csvHeader(all) });
  }
  const line = textLine(lead, fields, context, palette);
  const calls = returns ? linesOfCalls(lead, fields, context, palette) : null;
  const header = headerLine(returns ? [...lead, DURATION, CALL] : lead, fields);
  return descriptor.create({ ...common, line, calls, header });
}
