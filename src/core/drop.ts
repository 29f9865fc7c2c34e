import { behind, between, type Cell, type Column, type ColumnContext } from './column.js';
import { ROW } from './abi.js';
import { dropLocation, dropReason, isDrop, type RowReader } from './row.js';

/** What the enum of drop reasons has for packets that are not dropped. */
const NO_REASONS: ReadonlySet<string | null> = new Set(['SKB_NOT_DROPPED_YET', 'SKB_CONSUMED']);

const NO_REASON = 'unknown (this kernel has no drop reasons)';

/** Whether a row tells that its packet is dropped. */
export function dropReader(context: ColumnContext): RowReader<boolean> {
  return (rows, at) => isDrop(rows, at) && !NO_REASONS.has(context.dropReason(dropReason(rows, at)));
}

/** Its name without prefix; as a number where the kernel's BTF has none. */
export function reasonName(context: ColumnContext, reason: number): string {
  return context.dropReason(reason) ?? String(reason);
}

/** Without its offset, its module and what compilers put behind the names of clones. */
const functionOf = (symbol: string): string => /^[^+. ]+/.exec(symbol)?.[0] ?? symbol;

const stringCell =
  (format: (rows: DataView, at: number) => string): Cell =>
  (rows, at, text) =>
    text.string(format(rows, at));

/** `dropped by tcp_v4_rcv+0x1c5: NO_SOCKET` */
export function dropText(context: ColumnContext): Cell {
  return stringCell((rows, at) => {
    const why = context.hasDropReasons() ? reasonName(context, dropReason(rows, at)) : NO_REASON;
    return `dropped by ${context.symbol(dropLocation(rows, at))}: ${why}`;
  });
}

/** Where and why a packet was dropped. */
export interface Drop {
  /** in the kernel's code: `tcp_v4_rcv+0x1c5`, with ` [module]` behind a module's */
  readonly location: string;
  /** the function that decided */
  readonly function: string;
  /** its name without SKB_DROP_REASON_; null: this kernel has no drop reasons */
  readonly reason: string | null;
}

/** Reads it of a row that tells of it. */
export const dropOf =
  (context: ColumnContext): RowReader<Drop> =>
  (rows, at) => {
    const location = context.symbol(dropLocation(rows, at));
    const reason = context.hasDropReasons() ? reasonName(context, dropReason(rows, at)) : null;
    return { location, function: functionOf(location), reason };
  };

/** `{"drop":{...}}`, with the keys of events where it has the same. `time`: a further column of theirs. */
export function dropJson(context: ColumnContext, time: Column | null): Cell {
  const read = dropOf(context);
  const cells = [
    behind('{"drop":{"packet":', (rows, at, text) => text.number64(rows, at + ROW.packet)),
    between(',"packet_id":"0x', (rows, at, text) => text.hex64(rows, at + ROW.skb), '"'),
    behind(',"timestamp":', (rows, at, text) => text.number64(rows, at + ROW.time_ns)),
    ...(time === null ? [] : [time.bind(context).json(`,${JSON.stringify(time.key)}:`)]),
    stringCell((rows, at) => `,${JSON.stringify(read(rows, at)).slice(1)}}`),
  ];
  return (rows, at, text) => {
    for (const cell of cells) cell(rows, at, text);
  };
}
