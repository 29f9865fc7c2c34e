// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Counters } from './counters.js';
import type { KernelProbes } from '../core/backend.js';
import type { CompileFilter } from '../core/classic-bpf.js';
import type { ClockReading } from '../core/clock.js';
import type { EncodeRows } from '../core/batch.js';
import type { EnumMembers } from '../core/column.js';
import type { FieldKind, ResolvedPath } from '../core/field-path.js';
import type { FunctionColumns, NativeTable } from '../core/function-table.js';
import type { XdpAttachment, XdpCounter } from './xdp-types.js';

/** build/Release/ipft.node. Its errors have errno, code and phase: see isNativeFailure. */
export interface Addon extends KernelProbes {
  /** `v1.1`: of the libbpf that is linked with it */
  readonly libbpfVersion: string;
  /** `why`: the deciders to have, see WHYS. `cache`: a folder, which is made, for what is kept of kallsyms and tracefs until the kernel changes. */
  readFunctions(options: { tracefs: string | null; cache?: string; why?: number }): FunctionColumns;
  /** The same columns for the functions of these modules only; runs on a worker thread. */
  readModuleFunctions(
    options: { tracefs: string | null; why?: number },
    modules: readonly string[],
  ): Promise<FunctionColumns>;
  /** Functions that ftrace can trace and BTF does not describe, as lines of available_filter_functions: `NAME.constprop.0 [module]`. */
  readUndescribed(options: { tracefs: string }): readonly string[];
  /**
   * For each function, the offset from its address at which a kprobe is placed: in its body, or 0 for its entry. `stacks`:
   * whether stacks are unwound from there. Throws with phase `kernel text` if the kernel's code cannot be read.
   */
  readBodyOffsets(options: Pick<FunctionColumns, 'table'> & { stacks: boolean }): Uint8Array;
  /** Whether kprobe programs run for probes in bodies, which are breakpoints; Linux 5.8 to 5.10.16 skips them. */
  runsAtBreakpoints(tracefs: string): boolean;
  /** Every tracepoint of vmlinux's BTF that passes an skb; the column of addresses has their numbers, from 1. */
  readTracepoints(): FunctionColumns;
  /** The enum of vmlinux's BTF with this enumerator. */
  readEnum(enumerator: string): EnumMembers | null;
  /** The enum of vmlinux's BTF with this name, without `enum`. Its values may be signed even if the member in memory is not. */
  readEnumByName(name: string): EnumMembers | null;
  /**
   * The names of drop reasons in BTF, by number: SKB_DROP_REASON_*, and those of subsystems, including loaded modules.
   * Null: this kernel has no drop reasons.
   */
  readDropReasons(): Readonly<Record<number, string>> | null;
  /** Tracepoints that report why a packet will be dropped; events have their position in this list, from 1. */
  readCauseSources(): readonly CauseSource[];
  /** Network devices with an XDP program, in all network namespaces; never throws. */
  xdpDevices(): { readonly found: readonly XdpAttachment[]; readonly unseen: number };
  /** Counts packets that XDP loses, from start() on. */
  readonly XdpCounter: new () => XdpCounter;
  /** Follows a path such as `skb->dev->name` through the types of vmlinux's BTF. */
  resolvePath(path: string): ResolvedPath | PathProblem;
  /** Structures of a module by its BTF, or of the kernel's if it has the module built in; null: it is not there. */
  readStructures(module: string, names: readonly string[]): readonly (KernelStructure | null)[];
  /** Reads the running kernel's memory; null if not all of the bytes (at most MEMORY) can be read, or after close(), which frees its program. */
  readonly MemoryReader: new () => { read(address: bigint, size: number): Buffer | null; close(): void };
  /** Runs BPF instructions once, in this thread, and returns what they do: u32. */
  runOnce(code: Uint8Array): number;
  /** ids in vmlinux's BTF: see SkbCast of src/codegen; null before Linux 6.2 */
  skbCast(): { readonly bpf_rdonly_cast: number; readonly sk_buff: number } | null;
  /** `tcp_v4_rcv+0x1c`: the symbol of the kernel's code at this address, from kallsyms; null if unknown. */
  symbolAt(address: bigint): string | null;
  /** The address of a symbol, of a variable, too; null: kallsyms does not show it. */
  symbolAddress(name: string): bigint | null;
  /** Makes the next symbolAt() read kallsyms again, since modules may have been loaded or unloaded. */
  forgetSymbols(): void;
  /** Throws with phase `libpcap` if libpcap is not installed. */
  compileFilter: CompileFilter;
  /** The members of the struct at a path, or with this name; null: the roots of paths. */
  listFields(path: string | null): readonly ListedField[] | PathProblem;
  /** The members that an extension's BPF object writes, according to its BTF; `mayLack`: the BTF may lack them. */
  readExtension(
    object: Uint8Array,
    mayLack: boolean,
  ): readonly ExtensionMember[] | { readonly error: string };
  /**
   * Takes the kernel's types from a file, ELF or BTF, or for '' from the kernel. Returns whether they are the kernel's own, byte for
   * byte. Throws with phase `btf` for a file without BTF; they are then the kernel's own.
   */
  useBtf(file: string): boolean;
  /** How the types in use match the kernel with this kallsyms: bytes of struct sk_buff, functions with an skb, and those that it lacks. */
  readBtfMatch(kallsyms: string): {
    readonly skbSize: number;
    readonly functions: number;
    readonly missing: readonly string[];
  };
  /** Gives back the memory of the kernel's types, which are read again when they are needed, and what else has been freed. */
  releaseTypes(): void;
  /** The number of trace events left by keepers that no longer run. */
  orphanedTraceEvents(tracefs: string): number;
  readClocks(): ClockReading;
  readonly encodeRows: EncodeRows;
  /** True if this fd is a pipe or socket whose other end is closed. */
  hasNoReader(fd: number): boolean;
  /** `mark`: of the packets. Throws in the phase `network namespace` if there can be none. */
  readonly OwnPackets: new (mark: number) => OwnPackets;
  /** Raises RLIMIT_MEMLOCK and RLIMIT_NOFILE as far as possible; never throws. */
  setRlimits(): void;
  /** `onBatch` gets how many rows `batch` holds, and how many bytes `packetBytes`. */
  readonly Session: new (options: SessionOptions, onBatch: (rows: number, bytes: number) => void) => Session;
}

/** A structure, with its members by name; those of anonymous ones within it count as its own. */
export interface KernelStructure {
  /** bytes */
  readonly size: number;
  /** bits: where it is, from the structure's start, and how many it has */
  readonly members: Readonly<Record<string, { readonly at: number; readonly bits: number } | undefined>>;
}

export interface CauseSource {
  readonly tracepoint: string;
  /** the enum of its value; null: the value is -errno, or there is none */
  readonly enumName: string | null;
}

/** A member of the struct that an extension's module() writes. */
export interface ExtensionMember extends Pick<ResolvedPath, 'size' | 'bitOffset' | 'bitSize'> {
  readonly name: string;
  /** bytes from the start of the module's data */
  readonly offset: number;
  readonly kind: FieldKind | 'char';
  /** null: the default of its kind */
  readonly format: 'hex' | 'enum' | 'enum_flags' | null;
  /** the enumerators, of enums and of members with an enum as format */
  readonly names: EnumMembers | null;
}

/** A line of `ipft fields`. */
export interface ListedField {
  /** as C writes it, from the root or the name of the struct */
  readonly path: string;
  /** as C writes it */
  readonly type: string;
  /** 0: not a bit-field */
  readonly bitSize: number;
  /** the operator for its members: `.` for a struct, `->` for a pointer to one, '' for neither */
  readonly continuation: '' | '.' | '->';
}

/** Why a path cannot be resolved. */
export interface PathProblem {
  readonly error: string;
  /** existing paths with similar names, the most similar first; at most 5 */
  readonly nearest: readonly string[];
  /** true: the path is invalid on any kernel */
  readonly syntax: boolean;
  /** the argument with which `ipft fields` helps; '': none */
  readonly within: string;
}

export interface SessionOptions {
  /** FunctionColumns.table, to which the indexes below refer */
  readonly table: NativeTable;
  /** u32 */
  readonly mark: number;
  /** u32 */
  readonly mask: number;
  /** Backend.programs */
  readonly programs: string;
  /** indexes of the functions to trace */
  readonly functions: Uint32Array;
  /** indexes of candidates, which are probed, and shown once they are confirmed; none if undefined */
  readonly candidates?: Uint32Array;
  /** indexes of functions that are probed for the ends of packets, but not shown */
  readonly hidden: Uint32Array;
  /** a bit (1 << relation) for each relation that is followed; 0 if undefined */
  readonly follows?: number;
  /** true: hidden rows mark the ends of packets whose last event is not shown */
  readonly reportsEnds: boolean;
  /** readBodyOffsets() for the whole table; 0 for functions without a probe in the body */
  readonly bodyOffsets: Uint8Array;
  /** instructions of ipft_filter() in bpf/generated.h; undefined: only the mark is compared */
  readonly filter?: Uint8Array | undefined;
  /** the filter reads the mark; false if undefined */
  readonly asksMark?: boolean;
  /** the filter reads the packet's bytes; false if undefined */
  readonly asksBytes?: boolean;
  /** the filter reads memory that skb->head points to */
  readonly asksBehindHead?: boolean;
  /** instructions of ipft_capture() */
  readonly capture?: Uint8Array | undefined;
  /** the extension's BPF object */
  readonly module?: Uint8Array | undefined;
  /** bytes of data after each row, a multiple of 8 */
  readonly dataSize?: number;
  /** in the bit mask of absent reads: those of memory that skb->head points to */
  readonly behindHead?: number;
  /** of these, those of the packet's bytes */
  readonly inBytes?: number;
  /** offsets in the data; 0 or undefined: not wanted */
  readonly headersAt?: number;
  readonly geometryAt?: number;
  readonly reasonAt?: number;
  readonly subjectAt?: number;
  readonly causeAt?: number;
  readonly callerAt?: number;
  readonly stackAt?: number;
  readonly moduleAt?: number;
  /** most bytes of a packet; none if undefined */
  readonly snaplen?: number | undefined;
  /** programs that keep ways: the functions of so many packets of each way are kept */
  readonly wholeWays?: number | undefined;
  /** offset in the data for the place of a packet's bytes in Session.packetBytes */
  readonly bytesAt?: number;
  readonly pageCount: number;
  /** if there is not enough memory for pageCount, it is halved until it is this */
  readonly leastPageCount: number;
  /** 0 = automatic */
  readonly wakeupEvents: number;
  /** events per second; unlimited if undefined */
  readonly maxRate?: number | undefined;
  /** N: one of N packets is traced; all if undefined */
  readonly sample?: number;
  /** whether there are rows for drops of packets */
  readonly drops?: boolean;
  /** whether the kernel measures the programs' run time, which needs CAP_SYS_ADMIN and costs time itself */
  readonly timed?: boolean;
}

/** What has been run of BPF programs. */
export interface Runs {
  readonly count: number;
  /** time in the programs; what the kernel does to call them is not in it */
  readonly ns: number;
}

/** Sends UDP packets over the loopback of a network namespace of its own, which the kernel removes with it. */
export interface OwnPackets {
  /** Sends and receives so many packets, one after the other; returns the ns that it took. */
  send(count: number): number;
  /** Writes and reads a pipe as often: how fast this machine is now. */
  writePipe(count: number): number;
  /** May be called twice. */
  close(): void;
}

/** The calls of a candidate. */
export interface CandidateCalls {
  /** index of the function */
  readonly function: number;
  /** calls, before it was confirmed, with the skb of a followed packet */
  readonly followed: number;
  /** the same with another skb */
  readonly others: number;
  /** CLOCK_MONOTONIC: when it was confirmed, since when it is shown. 0n: it is not; 1n: before the trace */
  readonly confirmedNs: bigint;
  /** when a call without an skb was found, since when it is not shown. 0n: there was none */
  readonly refutedNs: bigint;
}

export interface Session {
  /** The rows of a batch while onBatch runs, in order of time, also between batches; reused afterwards. */
  readonly batch: ArrayBuffer;
  /** With `snaplen`: Batch.bytes of the batch; reused with it. */
  readonly packetBytes: ArrayBuffer;
  /** With `snaplen`: packets' bytes in fragments can be read. */
  readonly readsFragments: boolean;
  /**
   * file descriptors by the program's number: a program for each slot, -1 = not loaded; or a program for each traced
   * function, -errno = the kernel refuses it
   */
  readonly programFds: Int32Array;
  /** actual size of each CPU's ring buffer */
  readonly pageCount: number;
  /** Starts the flow of events; onBatch is called on the event loop. */
  activate(): void;
  /** Stops the flow of events: when it returns, all events are in the buffers. */
  deactivate(): void;
  /** Passes everything that is buffered to onBatch before it returns. */
  drain(): void;
  pause(): void;
  resume(): void;
  /** Adds ring buffers for CPUs that have come online; returns how many. Must be called regularly. */
  followCpus(): number;
  /** Adds functions, whose indexes follow those of the session: FunctionColumns.table. */
  addFunctions(table: NativeTable): void;
  counters(): Counters;
  /** what all CPUs together have run of the programs; zeros without `timed` */
  runs(): Runs;
  /** The candidates, including those that earlier traces have confirmed. */
  candidates(): readonly CandidateCalls[];
  /** return addresses of a kernel stack, the innermost first; empty if it has been evicted */
  stack(id: number): BigUint64Array;
  /** of the lost events, by CPU */
  lostPerCpu(): Float64Array;
  /** Frees everything; may be called twice. */
  close(): void;
}
