import { columns } from '../columns/index.js';
import { ROW_SIZE } from '../core/abi.js';
import { callLines, type CallLines } from '../core/call-line.js';
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
  }: RenderOptions = {},
): Output {
  const lead = columnsOf(returns ? descriptor.graphLead : descriptor.lead);
  const own = wanted ?? columnsOf(descriptor.fields);
  const inFront = returns && descriptor.format === 'text' ? [...lead, DURATION, FUNCTION] : lead;
  const isElsewhere = (column: Column, others: readonly Column[]): boolean =>
    column.ownNames !== true && others.some(({ key }) => key === column.key);
  const shown = [
    ...own.filter((column) => !isElsewhere(column, [...inFront, ...further])),
    ...further.filter((column) => !isElsewhere(column, inFront)),
  ];
  const fields = shown.map((column) => (returns && column.ofReturns !== true ? ofCalls(column) : column));
  const dropLine = (descriptor.format === 'json' ? dropJson : dropText)(context);
  const drops = dropped === null ? null : { packets: dropped, line: dropLine };
  const common = { palette, terminal, rowSize, drops };
  if (descriptor.format === 'json') {
    const line = jsonLine([...lead, ...fields], context);
    return descriptor.create({ ...common, line, calls: null, header: '' });
  }
  if (descriptor.format === 'csv') {
    const all = [...lead, ...fields];
    return descriptor.create({ ...common, line: csvLine(all, context), calls: null, header: csvHeader(all) });
  }
  const line = textLine(lead, fields, context, palette);
  const calls = returns ? linesOfCalls(lead, fields, context, palette) : null;
  const header = headerLine(returns ? [...lead, DURATION, CALL] : lead, fields);
  return descriptor.create({ ...common, line, calls, header });
}
