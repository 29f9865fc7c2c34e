// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Column, ColumnContext } from './column.js';
import { dropKinText, dropRelatives, type DropKin, type DropRelatives } from './drop-kin.js';
import { reportJson } from './report-line.js';
import { dropCause, dropLocation, dropReason, isDrop, type RowReader } from './row.js';
import type { TextBuffer } from './text-buffer.js';

/** Members of the enum of drop reasons for packets that are not dropped. */
const NO_REASONS: ReadonlySet<string | null> = new Set(['SKB_NOT_DROPPED_YET', 'SKB_CONSUMED']);

const NO_REASON = 'unknown (this kernel has no drop reasons)';

/** Returns a reader that is true for rows that report a drop. */
export function dropReader(context: ColumnContext): RowReader<boolean> {
  return (rows, at) => isDrop(rows, at) && !NO_REASONS.has(context.dropReason(dropReason(rows, at)));
}

/** A drop reason's name without its prefix; its number if the kernel's BTF has no name for it. */
export function reasonName(context: ColumnContext, reason: number): string {
  return context.dropReason(reason) ?? String(reason);
}

/** Names that say no more than that there is a reason. */
const SAYS_NOTHING = /(^|_)(NOT_SPECIFIED|UNSPEC|GENERIC)$|^QDISC_DROP$/;

/**
 * The name of what a source of causes has reported (bpf/ipft.h); null if none has, or if the name says
 * nothing.
 */
function reportedCause(context: ColumnContext, reported: bigint): string | null {
  const source = Number(reported >> 32n);
  const name = source === 0 ? null : context.cause(source, Number(BigInt.asIntN(32, reported)));
  return name === null || SAYS_NOTHING.test(name) ? null : name;
}

/**
 * Why a packet is dropped: the drop reason if it is specific, else what the kernel reported before the drop;
 * null if unknown.
 */
export function causeName(context: ColumnContext, reason: number, reported: bigint): string | null {
  const name = context.dropReason(reason);
  const isCause = name !== null && !NO_REASONS.has(name) && !SAYS_NOTHING.test(name);
  return isCause ? name : reportedCause(context, reported);
}

/** The symbol without its offset, its module and the suffix that compilers give clones. */
const functionOf = (symbol: string): string => /^[^+. ]+/.exec(symbol)?.[0] ?? symbol;

/** Writes a row that reports a drop, without the newline; `kin`: null if relatives are not followed. */
export type DropLine = (rows: DataView, at: number, text: TextBuffer, kin: DropKin | null) => void;

/** `NO_SOCKET`, and the cause in parentheses, if the reason does not say it. `unknown`: if there is neither. */
export function whyText({ reason, cause }: Pick<Drop, 'reason' | 'cause'>, unknown: string): string {
  const further = reason === null || cause === null || cause === reason ? '' : ` (${cause})`;
  return `${reason ?? cause ?? unknown}${further}`;
}

/** `dropped by tcp_v4_rcv+0x1c5: NO_SOCKET`; see whyText(). */
export const droppedBy = (drop: Drop): string => `dropped by ${drop.location}: ${whyText(drop, NO_REASON)}`;

/**
 * `dropped by tcp_v4_rcv+0x1c5: NO_SOCKET`; if the reason is not the cause, the cause follows in parentheses;
 * then what the packet is to its relatives.
 */
export function dropText(context: ColumnContext): DropLine {
  const read = dropOf(context);
  return (rows, at, text, kin) => {
    const drop = read(rows, at);
    text.string(`${droppedBy(drop)}${dropKinText(kin)}`);
  };
}

/** Where and why a packet was dropped. */
export interface Drop {
  /** an address in kernel code, such as `tcp_v4_rcv+0x1c5`; for a module ` [module]` is appended */
  readonly location: string;
  /** the function that dropped the packet */
  readonly function: string;
  /** the reason passed to the free, without SKB_DROP_REASON_; null: this kernel has no drop reasons */
  readonly reason: string | null;
  /**
   * why: the reason, or, if that is not specific, what the kernel reported before the drop; null if unknown
   */
  readonly cause: string | null;
}

/** Reads a drop from a row that reports one. */
export const dropOf =
  (context: ColumnContext): RowReader<Drop> =>
  (rows, at) => {
    const location = context.symbol(dropLocation(rows, at));
    const number = dropReason(rows, at);
    const reason = context.hasDropReasons() ? reasonName(context, number) : null;
    const cause = causeName(context, number, dropCause(rows, at));
    return { location, function: functionOf(location), reason, cause };
  };

/** A drop with what its packet is to its relatives, which is left out where it does not apply. */
export type RelatedDrop = Drop & DropRelatives;

/** `{"drop":{...}}`; see reportJson(). */
export function dropJson(context: ColumnContext, time: Column | null): DropLine {
  const read = dropOf(context);
  const write = reportJson('drop', context, time);
  return (rows, at, text, kin) => {
    const drop: RelatedDrop = { ...read(rows, at), ...dropRelatives(kin) };
    write(rows, at, text, drop);
  };
}
