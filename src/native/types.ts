import type { KernelProbes, ProgramKind } from '../core/backend.js';
import type { EnumMembers } from '../core/column.js';
import type { FunctionColumns } from '../core/function-table.js';

/** build/Release/ipft.node. What it throws has errno, code and phase: see isNativeFailure. */
export interface Addon extends KernelProbes {
  readFunctions(options: { tracefs: string | null }): FunctionColumns;
  /** Every tracepoint of vmlinux's BTF that passes an skb; its addresses are its places, from 1. */
  readTracepoints(): FunctionColumns;
  /** The enum of vmlinux's BTF that holds this enumerator. */
  readEnum(enumerator: string): EnumMembers | null;
  /** How many trace events keepers have left that no longer run. */
  orphanedTraceEvents(tracefs: string): number;
  /** True if this fd is a pipe or socket whose other end is closed. */
  hasNoReader(fd: number): boolean;
  /** RLIMIT_MEMLOCK and RLIMIT_NOFILE as far as they go; never throws. */
  setRlimits(): void;
  readonly Session: new (options: SessionOptions, onBatch: (rows: number) => void) => Session;
}

export interface SessionOptions {
  /** u32 */
  readonly mark: number;
  /** u32 */
  readonly mask: number;
  /** what the programs are loaded for */
  readonly programs: ProgramKind;
  /** indexes of the functions to trace */
  readonly functions: Uint32Array;
  /** slots by function index, of the whole table */
  readonly slots: Uint8Array;
  /** addresses by function index, of the whole table */
  readonly addresses: BigUint64Array;
  /** FunctionColumns.dataFreed, of the whole table */
  readonly dataFreed: Uint8Array;
  readonly pageCount: number;
  readonly samplePeriod: number;
  /** 0 = automatic */
  readonly wakeupEvents: number;
}

export interface Session {
  /** Holds the rows of a batch, sorted by time, while onBatch runs; reused afterwards. */
  readonly batch: ArrayBuffer;
  /** file descriptors by the program's number, -1 = not loaded: a program for each slot, or for each traced function */
  readonly programFds: Int32Array;
  /** From here on events flow, and onBatch is called on the event loop. */
  activate(): void;
  /** No new events: when it returns, all there are is in the buffers. */
  deactivate(): void;
  /** Hands over everything that is buffered, through onBatch, before it returns. */
  drain(): void;
  pause(): void;
  resume(): void;
  /** [matched, delivered, lost, missed]; at the end matched = delivered + lost. Missed runs are not in it. */
  counters(): Float64Array;
  lostPerCpu(): Float64Array;
  /** Frees everything; may be called twice. */
  close(): void;
}
