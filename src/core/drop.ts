// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { behind, between, type Cell, type Column, type ColumnContext } from './column.js';
import { ROW } from './abi.js';
import { dropCause, dropLocation, dropReason, isDrop, type RowReader } from './row.js';

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

/** Names that say that there is a reason, and no more. */
const SAYS_NOTHING = /(^|_)(NOT_SPECIFIED|UNSPEC|GENERIC)$|^QDISC_DROP$/;

/** What a source of causes has told (bpf/ipft.h); null if none has, or if it says nothing. */
function toldCause(context: ColumnContext, told: bigint): string | null {
  const source = Number(told >> 32n);
  const name = source === 0 ? null : context.cause(source, Number(BigInt.asIntN(32, told)));
  return name === null || SAYS_NOTHING.test(name) ? null : name;
}

/** Why a packet is dropped: the reason that its free is given, where that says so, else what was told before; null: nothing tells. */
export function causeName(context: ColumnContext, reason: number, told: bigint): string | null {
  const name = context.dropReason(reason);
  const isCause = name !== null && !NO_REASONS.has(name) && !SAYS_NOTHING.test(name);
  return isCause ? name : toldCause(context, told);
}

/** Without its offset, its module and what compilers put behind the names of clones. */
const functionOf = (symbol: string): string => /^[^+. ]+/.exec(symbol)?.[0] ?? symbol;

const stringCell =
  (format: (rows: DataView, at: number) => string): Cell =>
  (rows, at, text) =>
    text.string(format(rows, at));

/** `dropped by tcp_v4_rcv+0x1c5: NO_SOCKET`; behind a reason that is not the cause, the cause in parentheses. */
export function dropText(context: ColumnContext): Cell {
  const read = dropOf(context);
  return stringCell((rows, at) => {
    const { location, reason, cause } = read(rows, at);
    const further = reason === null || cause === null || cause === reason ? '' : ` (${cause})`;
    return `dropped by ${location}: ${reason ?? cause ?? NO_REASON}${further}`;
  });
}

/** Where and why a packet was dropped. */
export interface Drop {
  /** in the kernel's code: `tcp_v4_rcv+0x1c5`, with ` [module]` behind a module's */
  readonly location: string;
  /** the function that decided */
  readonly function: string;
  /** what the free was told: its name without SKB_DROP_REASON_; null: this kernel has no drop reasons */
  readonly reason: string | null;
  /** why: the reason, or what the kernel told elsewhere where that says no cause; null: nothing tells */
  readonly cause: string | null;
}

/** Reads it of a row that tells of it. */
export const dropOf =
  (context: ColumnContext): RowReader<Drop> =>
  (rows, at) => {
    const location = context.symbol(dropLocation(rows, at));
    const number = dropReason(rows, at);
    const reason = context.hasDropReasons() ? reasonName(context, number) : null;
    const cause = causeName(context, number, dropCause(rows, at));
    return { location, function: functionOf(location), reason, cause };
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
