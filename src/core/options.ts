// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TimeFormat } from './clock.js';
import type { FrameOptions } from './export-kinds.js';
import type { Selection } from './function-table.js';
import { FOLLOW_ALL, type Follow } from './relation.js';
import type { RecorderOptions } from './trigger.js';
import type { Why } from './why.js';

/** Options of `ipft --list`. */
export interface ListOptions {
  /** id of a backend, or `auto`; functions or tracepoints of this backend are listed */
  readonly backend: string;
  readonly selection: Selection;
  readonly json: boolean;
  readonly btf?: string | undefined;
}

/** Options of `ipft doctor`. */
export interface DoctorOptions {
  readonly btf?: string | undefined;
  readonly json: boolean;
}

/** Options of `ipft fields`. */
export interface FieldsOptions {
  /** a path or the name of a struct; undefined: an overview */
  readonly path?: string | undefined;
  readonly btf?: string | undefined;
  readonly json: boolean;
}

/** The kinds of lines of `-o json`. */
export const LINE_KINDS = ['event', 'drop', 'relation', 'packet', 'summary'] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** What has JSON of its own, by the verb that prints it. */
export const REPORT_KINDS = ['stats', 'paths', 'diff'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** Options of `ipft schema`. */
export interface SchemaOptions {
  /** undefined: a line of `-o json` of any kind */
  readonly kind?: LineKind | ReportKind | undefined;
}

/** A time of events. */
export interface Moment {
  /** CLOCK_MONOTONIC, or since the first event */
  readonly ns: bigint;
  readonly isSinceFirst: boolean;
}

/** How a report (ipft stats, ipft paths) is written. */
export interface ReportFlags {
  /** show the longest lists in full, too */
  readonly full: boolean;
  /** how many of the most frequent there are in each list */
  readonly top: number;
}

/** What of a capture file is shown. */
export interface RecordedOptions {
  /** the value of --fields; undefined: the output's default */
  readonly fields?: string | undefined;
  readonly drops: boolean;
  readonly selection: Selection;
  /** the packets to show, as in a trace: see TraceOptions */
  readonly where?: string | undefined;
  readonly filter?: string | undefined;
  readonly inner?: boolean | undefined;
  readonly filters?: Readonly<Record<string, string>> | undefined;
  /** numbers of packets; undefined: all */
  readonly packets?: ReadonlySet<number> | undefined;
  /** events from one moment to another, both included; undefined: from the first, to the last */
  readonly since?: Moment | undefined;
  readonly until?: Moment | undefined;
  /** end after this many events of each file */
  readonly count?: number | undefined;
  /** throw a LossError if anything is missing from the results */
  readonly failOnLoss: boolean;
}

/** Options of `ipft show`. */
export interface ShowOptions extends RecordedOptions {
  /** capture files; `-`: stdin */
  readonly files: readonly string[];
  /** id of an output */
  readonly output: string;
  readonly time?: TimeFormat | undefined;
  readonly family?: boolean | undefined;
  /** for outputs that are reports; undefined: the default */
  readonly report?: ReportFlags | undefined;
  /** paths of extensions */
  readonly extensions?: readonly string[] | undefined;
  /** ids of checks of the packets; undefined: those that --family has */
  readonly check?: readonly string[] | undefined;
  /** throw a CheckError if a check finds something wrong */
  readonly failOnCheck?: boolean | undefined;
  readonly eventsOnly?: boolean | undefined;
  /** file for the results; stdout if undefined */
  readonly outputFile?: string | undefined;
}

/** Options of `ipft export`. */
export interface ExportOptions extends RecordedOptions, FrameOptions {
  /** id of a kind of document */
  readonly kind: string;
  /** capture file; `-`: stdin */
  readonly file: string;
  /** file for the document; stdout if undefined */
  readonly write?: string | undefined;
  /** events that the document may have, if it may leave some out; undefined: its default */
  readonly maxEvents?: number | undefined;
}

/** Options of `ipft merge`. */
export interface MergeOptions {
  /** capture files; `-`: stdin */
  readonly files: readonly string[];
  /** the capture file to write; `-`: stdout */
  readonly write: string;
  /** it has the words of the command lines */
  readonly commandLine: boolean;
}

/** Options of `ipft diff`. */
export interface DiffOptions extends Omit<RecordedOptions, 'packets' | 'count'> {
  /** capture files, `-` for stdin; or packets of such files: `FILE#12` */
  readonly left: string;
  readonly right: string;
  readonly format: 'text' | 'json' | 'html';
  /** EXIT.differ if they differ */
  readonly exitCode: boolean;
  readonly report: ReportFlags;
}

/** An additional file of results (--also). */
export interface FurtherOutput {
  /** id of an output */
  readonly output: string;
  readonly file: string;
}

/** In place of the path of a capture file: stdout, or stdin. */
export const STDOUT = '-';

/** Options of a trace. */
export interface TraceOptions {
  /**
   * u32: an skb matches when (skb->mark & mask) == (mark & mask) and all filters below hold; undefined: any
   * mark
   */
  readonly mark?: number | undefined;
  /** u32; 0 matches every packet */
  readonly mask: number;
  /** id of a backend, or `auto` */
  readonly backend: string;
  /** file with the kernel's BTF: a vmlinux, or BTF alone; undefined: the kernel has it itself */
  readonly btf?: string | undefined;
  /** attach more functions than the backend's limit */
  readonly force: boolean;
  /** id of a tracer */
  readonly tracer: string;
  /** an expression in pcap-filter(7) syntax */
  readonly filter?: string | undefined;
  /** `filter` applies to the headers inside a tunnel */
  readonly inner?: boolean | undefined;
  /** a condition on the kernel's types, see docs/filters.md */
  readonly where?: string | undefined;
  /** values of the filters of filters/, by their ids */
  readonly filters?: Readonly<Record<string, string>> | undefined;
  /** the value of --fields; undefined: the output's default */
  readonly fields?: string | undefined;
  /** one extension per file: .c, .o, .lua, .js, .mjs or .ts */
  readonly extensions?: readonly string[] | undefined;
  /** capture file to write, `-` for stdout */
  readonly write?: string | undefined;
  /** most bytes of each event's packet that the capture file gets; undefined: none */
  readonly snaplen?: number | undefined;
  /** false: the capture file does not get the command line */
  readonly commandLine?: boolean | undefined;
  /** additional files of results */
  readonly also?: readonly FurtherOutput[] | undefined;
  /** show only packets that are dropped */
  readonly drops?: boolean | undefined;
  readonly selection: Selection;
  readonly verbose: boolean;
  /** pages of ring buffer per CPU: a power of two; automaticPageCount() if undefined */
  readonly pageCount?: number | undefined;
  /** taken for the sake of ipftrace2's scripts; ring buffers have no sample_period */
  readonly samplePeriod: number;
  /** records between two wake-ups of ipft, 0 = automatic */
  readonly wakeupEvents: number;
  readonly setRlimits: boolean;
  /** end the trace after this many printed events */
  readonly count?: number | undefined;
  /** end the trace this many ms after it is ready */
  readonly durationMs?: number | undefined;
  /**
   * keep the packets' ways instead of making events of their calls; the functions of so many packets of each
   * way are kept. Only for reports on ways. undefined: make events
   */
  readonly summarize?: number | undefined;
  /** most events per second, on all CPUs together */
  readonly maxRate?: number | undefined;
  /** 1: trace all packets; N: one in N */
  readonly sample: number;
  /** share of one CPU, 0.05 for 5 %; the trace ends when it costs more for one second */
  readonly budget?: number | undefined;
  /**
   * relatives of packets that are followed; undefined: TRACE_DEFAULTS.follow, as far as the backend sees them
   */
  readonly follow?: readonly Follow[] | undefined;
  /** ids of checks of the packets */
  readonly check?: readonly string[] | undefined;
  /** throw a CheckError if a check finds something wrong */
  readonly failOnCheck?: boolean | undefined;
  /** what is shown of who decided about packets; undefined: nothing, which also attaches to nothing for it */
  readonly why?: readonly Why[] | undefined;
  /** throw a LossError if anything is missing from the results */
  readonly failOnLoss: boolean;
}

/**
 * Options of `ipft -m MARK`: those of the trace, where its results go, and how its readiness is announced.
 */
export interface CommandOptions extends TraceOptions, FrameOptions {
  /** id of an output; null: only the files get results */
  readonly output: string | null;
  /** for outputs that are reports; undefined: the default */
  readonly report?: ReportFlags | undefined;
  /** how text shows the time of an event; JSON and CSV get an additional column `time` */
  readonly time?: TimeFormat | undefined;
  /** text of whole packets: a group for each family of packets instead */
  readonly family?: boolean | undefined;
  /** JSON: write events only, no summary or other lines */
  readonly eventsOnly?: boolean | undefined;
  /** file for the results; stdout if undefined */
  readonly outputFile?: string | undefined;
  /** most bytes of one such file, after which the next one is begun */
  readonly rotate?: number | undefined;
  /** number of these files that are kept; all if undefined */
  readonly rotateKeep?: number | undefined;
  /** the capture file gets only what is around a trigger; undefined: all events */
  readonly recorder?: RecorderOptions | undefined;
  /** command and arguments; the trace begins before it and ends with it */
  readonly command?: readonly string[] | undefined;
  /** TCP port on the loopback address that accepts connections once tracing */
  readonly probeServerPort?: number | undefined;
  /** file to which ipft's pid is written once tracing */
  readonly readyFile?: string | undefined;
}

export const TRACE_DEFAULTS = {
  follow: FOLLOW_ALL,
  mask: 0xffffffff,
  backend: 'auto',
  force: false,
  tracer: 'function',
  output: 'aggregate',
  report: { full: false, top: 20 },
  samplePeriod: 1,
  wakeupEvents: 0,
  sample: 1,
  failOnLoss: false,
  probeServerPort: 13720,
} as const;
