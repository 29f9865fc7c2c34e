// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { CROSSED, DROP, HIDDEN, LAST, NO_FUNCTION, RETURN, ROW, UNMARKED } from './abi.js';

/** Reads one value of the row that starts at byte `at` of `rows`. Rows are packed: see Batch. */
export type RowReader<T> = (rows: DataView, at: number) => T;

/** The function index of an event whose address is in no function table. */
export const UNKNOWN_FUNCTION = NO_FUNCTION;

/** Reads whether a row has a bit of enum ipft_flags. */
export const hasFlag =
  (flag: number): RowReader<boolean> =>
  (rows, at) =>
    (rows.getUint32(at + ROW.flags, true) & flag) !== 0;

/**
 * CLOCK_MONOTONIC in ns. A bigint: exact beyond 104 days of uptime, and faster to print than a large double.
 */
export const timeNs: RowReader<bigint> = (rows, at) => rows.getBigUint64(at + ROW.time_ns, true);

const HIGH = ROW.time_ns + 4;

/** True if the row at byte `at` of `rows` is earlier than the one at byte `other` of `others`. */
export function isBefore(rows: DataView, at: number, others: DataView, other: number): boolean {
  const [high, otherHigh] = [rows.getUint32(at + HIGH, true), others.getUint32(other + HIGH, true)];
  if (high !== otherHigh) return high < otherHigh;
  return rows.getUint32(at + ROW.time_ns, true) < others.getUint32(other + ROW.time_ns, true);
}

/**
 * Reads a u64 of the row as a number, which is hashed and printed faster than a bigint; exact up to 2^53.
 * `offset`: one of ROW.
 */
export const number64 =
  (offset: number): RowReader<number> =>
  (rows, at) =>
    rows.getUint32(at + offset + 4, true) * 0x1_0000_0000 + rows.getUint32(at + offset, true);

/** Number of the packet, from 1: it identifies one life of an skb, not its address. */
export const packet = number64(ROW.packet);
/** True if the packet's life ends with this event. */
export const isLast = hasFlag(LAST);

/**
 * True for a synthetic row that only marks the packet's end; only outputs that ask for them get such rows.
 */
export const isHidden = hasFlag(HIDDEN);

/** Entry address of the called function. */
const functionAddress: RowReader<bigint> = (rows, at) => rows.getBigUint64(at + ROW.function_address, true);
/** Index into the function table, or UNKNOWN_FUNCTION. */
export const functionIndex: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.function, true);

export const cpu: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.cpu, true);
/** skb->len in bytes. */
export const len: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.len, true);
/** SKB_GSO_* bits. */
export const gsoType: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.gso_type, true);
/** Bytes of payload in each segment; 0 = not a GSO packet. */
export const gsoSize: RowReader<number> = (rows, at) => rows.getUint16(at + ROW.gso_size, true);
export const gsoSegs: RowReader<number> = (rows, at) => rows.getUint16(at + ROW.gso_segs, true);
/** skb->mark. */
export const mark: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.mark, true);

/** Duration of the call in ns; for returns only. */
export const durationNs: RowReader<bigint> = (rows, at) => rows.getBigUint64(at + ROW.duration_ns, true);
/** True if the packet has come into another network namespace since its last call. */
export const hasCrossed = hasFlag(CROSSED);
/** Inode of that namespace. */
export const enteredNamespace: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.entered, true);
/** True if the packet has lost the mark since its last call. */
export const hasLostMark = hasFlag(UNMARKED);
/** Thread id; 0 = idle. */
export const tid: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.tid, true);
export const isReturn = hasFlag(RETURN);

/** A thread as a number of its own: each CPU has an idle thread, all with tid 0. */
export const taskOf = ({ tid, cpu }: { readonly tid: number; readonly cpu: number }): number =>
  tid === 0 ? -1 - cpu : tid;

/**
 * True for a row that is not a call but reports that its packet is dropped; only consumers that ask for drops
 * get such rows.
 */
export const isDrop = hasFlag(DROP);
/** For rows of drops: the address in kernel code at which the packet was dropped. */
export const dropLocation: RowReader<bigint> = functionAddress;
/** For rows of drops: what the kernel reported about the cause before the drop; see reportedCause in drop.ts. */
export const dropCause: RowReader<bigint> = (rows, at) => rows.getBigUint64(at + ROW.cause, true);
/** For rows of drops: enum skb_drop_reason; 0 if the kernel has none. */
export const dropReason: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.reason, true);
