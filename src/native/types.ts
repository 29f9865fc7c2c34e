// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { KernelProbes } from '../core/backend.js';
import type { CompileFilter } from '../core/classic-bpf.js';
import type { EnumMembers } from '../core/column.js';
import type { FieldKind, ResolvedPath } from '../core/field-path.js';
import type { FunctionColumns, NativeTable } from '../core/function-table.js';

/** build/Release/ipft.node. What it throws has errno, code and phase: see isNativeFailure. */
export interface Addon extends KernelProbes {
  readFunctions(options: { tracefs: string | null }): FunctionColumns;
  /** The same columns of the functions of some modules alone; works beside the event loop. */
  readModuleFunctions(
    options: { tracefs: string | null },
    modules: readonly string[],
  ): Promise<FunctionColumns>;
  /** What ftrace can trace and BTF does not describe, as available_filter_functions has it: `NAME.constprop.0 [module]`. */
  readUndescribed(options: { tracefs: string }): readonly string[];
  /**
   * By function, where behind its address a kprobe is to go: into its body, or 0, at its entry. `stacks`: stacks are to be
   * unwound from there. Throws with phase `kernel text` where the kernel's code cannot be read.
   */
  readBodyOffsets(options: Pick<FunctionColumns, 'table'> & { stacks: boolean }): Uint8Array;
  /** Whether kprobe programs run in bodies, where the probe is a breakpoint; Linux 5.8 to 5.10.16 left them out. */
  runsAtBreakpoints(tracefs: string): boolean;
  /** Every tracepoint of vmlinux's BTF that passes an skb; its addresses are its places, from 1. */
  readTracepoints(): FunctionColumns;
  /** The enum of vmlinux's BTF that holds this enumerator. */
  readEnum(enumerator: string): EnumMembers | null;
  /** The enum of vmlinux's BTF with this name, without `enum`. Its values may have a sign that memory has not. */
  readEnumByName(name: string): EnumMembers | null;
  /**
   * Why packets are dropped, by number, as BTF names it: SKB_DROP_REASON_*, and what subsystems have, those in modules
   * that are loaded too. Null: this kernel has no drop reasons.
   */
  readDropReasons(): Readonly<Record<number, string>> | null;
  /** Tracepoints that tell why a packet will be dropped; their numbers, in events, are their places from 1. */
  readCauseSources(): readonly CauseSource[];
  /** Network devices with an XDP program, in all network namespaces; never throws. */
  xdpDevices(): { readonly found: readonly XdpAttachment[]; readonly unseen: number };
  /** Counts packets that XDP loses, from start() on. */
  readonly XdpCounter: new () => XdpCounter;
  /** Follows a path such as `skb->dev->name` through the types of vmlinux's BTF. */
  resolvePath(path: string): ResolvedPath | PathProblem;
  /** Runs BPF instructions once, in this thread, and returns what they do: u32. */
  runOnce(code: Uint8Array): number;
  /** ids in vmlinux's BTF: see SkbCast of src/codegen; null before Linux 6.2 */
  skbCast(): { readonly bpf_rdonly_cast: number; readonly sk_buff: number } | null;
  /** `tcp_v4_rcv+0x1c`: what of the kernel's code is at this address, by kallsyms; null if that is not known. */
  symbolAt(address: bigint): string | null;
  /** The next symbolAt() reads kallsyms again: modules may have come or gone. */
  forgetSymbols(): void;
  /** Throws with phase `libpcap` if libpcap is not installed. */
  compileFilter: CompileFilter;
  /** The members of what a path, or the name of a struct, stands for; null: the roots of paths. */
  listFields(path: string | null): readonly ListedField[] | PathProblem;
  /** What an extension's BPF object writes, as its BTF tells; `mayLack`: it need not tell. */
  readExtension(
    object: Uint8Array,
    mayLack: boolean,
  ): readonly ExtensionMember[] | { readonly error: string };
  /** How many trace events keepers have left that no longer run. */
  orphanedTraceEvents(tracefs: string): number;
  /** ns that CLOCK_REALTIME is ahead of CLOCK_MONOTONIC */
  realTimeOffset(): bigint;
  /** True if this fd is a pipe or socket whose other end is closed. */
  hasNoReader(fd: number): boolean;
  /** RLIMIT_MEMLOCK and RLIMIT_NOFILE as far as they go; never throws. */
  setRlimits(): void;
  readonly Session: new (options: SessionOptions, onBatch: (rows: number) => void) => Session;
}

export interface CauseSource {
  readonly tracepoint: string;
  /** of its value; null: that is -errno, or there is none */
  readonly enumName: string | null;
}

export interface XdpAttachment {
  readonly ifname: string;
  readonly ifindex: number;
  /** inode of the device's network namespace */
  readonly netns: number;
  /** it is the one that ipft is in */
  readonly isOwnNetns: boolean;
  readonly mode: 'native' | 'generic' | 'hardware';
  readonly programId: number;
  /** '': not known */
  readonly program: string;
}

export interface XdpCounter {
  start(): void;
  read(): readonly XdpLoss[];
  close(): void;
}

/** Packets that were lost at a device for one cause. */
export interface XdpLoss {
  /** that told of them; '': these could not be told apart */
  readonly tracepoint: string;
  /** what it told: an action, -errno; 0: nothing */
  readonly value: number;
  /** '': no device was told */
  readonly ifname: string;
  readonly ifindex: number;
  /** inode */
  readonly netns: number;
  readonly packets: number;
}

/** A member of the struct that an extension's module() writes. */
export interface ExtensionMember extends Pick<ResolvedPath, 'size' | 'bitOffset' | 'bitSize'> {
  readonly name: string;
  /** bytes from the start of the module's data */
  readonly offset: number;
  readonly kind: FieldKind | 'char';
  /** null: as its kind is shown */
  readonly format: 'hex' | 'enum' | 'enum_flags' | null;
  /** of enums, and of the formats of enums */
  readonly names: EnumMembers | null;
}

/** What `ipft fields` shows a line of. */
export interface ListedField {
  /** as C writes it, from the root or the name of the struct */
  readonly path: string;
  /** as C writes it */
  readonly type: string;
  /** 0: no bit-field */
  readonly bitSize: number;
  /** what leads to members of its own: `.` for a struct, `->` for a pointer to one, '' for neither */
  readonly continuation: '' | '.' | '->';
}

/** Why a path stands for nothing. */
export interface PathProblem {
  readonly error: string;
  /** paths that there are, the nearest first; at most 5 */
  readonly nearest: readonly string[];
  /** true: no kernel has such a path */
  readonly syntax: boolean;
  /** what `ipft fields` shows to help; '' for nothing of its own */
  readonly within: string;
}

export interface SessionOptions {
  /** FunctionColumns.table: indexes below are of its functions */
  readonly table: NativeTable;
  /** u32 */
  readonly mark: number;
  /** u32 */
  readonly mask: number;
  /** Backend.programs */
  readonly programs: string;
  /** indexes of the functions to trace */
  readonly functions: Uint32Array;
  /** indexes of functions that are looked at, and shown once they are certain; none if undefined */
  readonly candidates?: Uint32Array;
  /** indexes of those that are traced without being shown */
  readonly hidden: Uint32Array;
  /** true: hidden rows tell where packets end */
  readonly reportsEnds: boolean;
  /** readBodyOffsets(), of the whole table; 0 where no probe is expected in a body */
  readonly bodyOffsets: Uint8Array;
  /** instructions of ipft_filter() in bpf/generated.h; undefined: the mark alone decides */
  readonly filter?: Uint8Array | undefined;
  /** the filter reads the mark; false if undefined */
  readonly asksMark?: boolean;
  /** the filter reads the packet's bytes; false if undefined */
  readonly asksBytes?: boolean;
  /** the filter reads what skb->head points to */
  readonly asksBehindHead?: boolean;
  /** instructions of ipft_capture() */
  readonly capture?: Uint8Array | undefined;
  /** the extension's BPF object */
  readonly module?: Uint8Array | undefined;
  /** bytes of data behind each row, a multiple of 8 */
  readonly dataSize?: number;
  /** of the word of absent captures, the bits of those that are of what skb->head points to */
  readonly behindHead?: number;
  /** of those, the ones that are of the packet's bytes */
  readonly inBytes?: number;
  /** places in the data; 0 or undefined: not wanted */
  readonly headersAt?: number;
  readonly reasonAt?: number;
  readonly causeAt?: number;
  readonly callerAt?: number;
  readonly stackAt?: number;
  readonly moduleAt?: number;
  readonly pageCount: number;
  /** Where so many cannot be had, halves down to this will do. */
  readonly leastPageCount: number;
  readonly samplePeriod: number;
  /** 0 = automatic */
  readonly wakeupEvents: number;
  /** events a second; any number if undefined */
  readonly maxRate?: number | undefined;
  /** one of so many packets; all if undefined */
  readonly sample?: number;
  /** rows are to tell of packets that are dropped */
  readonly drops?: boolean;
  /** the kernel is to measure the programs' run time, which takes CAP_SYS_ADMIN and costs time itself */
  readonly timed?: boolean;
}

/** At the end matched = delivered + lost + suppressed. */
export interface Counters {
  /** events of the packets that were asked for */
  readonly matched: number;
  /** handed over through onBatch */
  readonly delivered: number;
  /** of the delivered, those that came behind later ones */
  readonly late: number;
  /** refused by the perf buffer */
  readonly lost: number;
  /** of the lost, those on CPUs that came online after the session was made, and had no buffer yet */
  readonly unread: number;
  /** left out by maxRate; the returns of such calls are not counted */
  readonly suppressed: number;
  /** calls on which no program ran, as one was running on their CPU; not among the matched, as the next two */
  readonly missed: number;
  /** likewise, of functions that are traced only since lives of skbs end there */
  readonly missedEnds: number;
  /** calls that had an event, and whose return has none */
  readonly unreturned: number;
  /** calls beyond those whose returns the kernel can wait for at a time; neither they nor their returns have events */
  readonly noRoom: number;
  /** events of packets that there was no room for, so that one more of the same skb may seem to be the same */
  readonly untracked: number;
}

/** What calls have shown of a function that is, or was, uncertain. */
export interface CandidateCalls {
  /** its index */
  readonly function: number;
  /** calls, before it was certain, with the skb of a packet that is followed */
  readonly followed: number;
  /** likewise with another skb */
  readonly others: number;
  /** CLOCK_MONOTONIC: since when it is certain and shown. 0n: it is not; 1n: since before the trace */
  readonly confirmedNs: bigint;
  /** when a call was found with something else than an skb: it is no longer shown. 0n: none was */
  readonly refutedNs: bigint;
}

export interface Session {
  /** Holds the rows of a batch while onBatch runs, in order of time over all batches; reused afterwards. */
  readonly batch: ArrayBuffer;
  /**
   * file descriptors by the program's number: a program for each slot, -1 = not loaded; or a program for each traced
   * function, -errno = the kernel does not take it
   */
  readonly programFds: Int32Array;
  /** perf buffer for each CPU, as it is */
  readonly pageCount: number;
  /** From here on events flow, and onBatch is called on the event loop. */
  activate(): void;
  /** No new events: when it returns, all there are is in the buffers. */
  deactivate(): void;
  /** Hands over everything that is buffered, through onBatch, before it returns. */
  drain(): void;
  pause(): void;
  resume(): void;
  /** Gives CPUs that have come online, or come again, a perf buffer; returns how many. Call it now and then. */
  followCpus(): number;
  /** Further functions, the next ones after the session's own: FunctionColumns.table. */
  addFunctions(table: NativeTable): void;
  counters(): Counters;
  /** ns that all CPUs together have spent in the programs; 0 unless timed. */
  runTimeNs(): number;
  /** The uncertain functions, and those that earlier traces have confirmed. */
  candidates(): readonly CandidateCalls[];
  /** return addresses of a kernel stack, the innermost first; empty if it is no longer known */
  stack(id: number): BigUint64Array;
  lostPerCpu(): Float64Array;
  /** Frees everything; may be called twice. */
  close(): void;
}
