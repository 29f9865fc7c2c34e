import { NO_FUNCTION, ROW } from './abi.js';

/** Reads one value of the row that starts at byte `at` of `rows`. Rows are packed, ROW_SIZE bytes apart. */
export type RowReader<T> = (rows: DataView, at: number) => T;

/** The function index of an event whose address is in no function table. */
export const UNKNOWN_FUNCTION = NO_FUNCTION;

/** CLOCK_MONOTONIC in ns. A bigint: it is exact after 104 days of uptime, and prints faster than a large double. */
export const timeNs: RowReader<bigint> = (rows, at) => rows.getBigUint64(at + ROW.time_ns, true);
export const timeNsHigh: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.time_ns + 4, true);
export const timeNsLow: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.time_ns, true);

/** Address of the skb. */
export const skbAddress: RowReader<bigint> = (rows, at) => rows.getBigUint64(at + ROW.skb, true);

/**
 * The skb's address as a key for a Map: its lower 53 bits, since a number is hashed faster than a bigint.
 * The bits above are the same in every address of the kernel's linear map (8 PiB).
 */
export const skbKey: RowReader<number> = (rows, at) =>
  (rows.getUint32(at + ROW.skb + 4, true) & 0x1fffff) * 0x1_0000_0000 + rows.getUint32(at + ROW.skb, true);

/** Entry address of the function that was hit. */
export const functionAddress: RowReader<bigint> = (rows, at) =>
  rows.getBigUint64(at + ROW.function_address, true);
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
