// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TimeFormat } from './clock.js';
import type { Selection } from './function-table.js';

/** What `ipft --list` is asked for. */
export interface ListOptions {
  /** id of a backend, or `auto`: lists what it can trace */
  readonly backend: string;
  readonly selection: Selection;
  readonly json: boolean;
}

/** What `ipft doctor` is asked for. */
export interface DoctorOptions {
  readonly json: boolean;
}

/** What `ipft fields` is asked for. */
export interface FieldsOptions {
  /** a path or the name of a struct; undefined: what there is to begin with */
  readonly path?: string | undefined;
  readonly json: boolean;
}

/** The kinds of lines of `-o json`. */
export const LINE_KINDS = ['event', 'drop', 'packet', 'summary'] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** What `ipft schema` is asked for. */
export interface SchemaOptions {
  /** undefined: a line of any kind */
  readonly kind?: LineKind | undefined;
}

/** A file of results beside the others. */
export interface FurtherOutput {
  /** id of an output */
  readonly output: string;
  readonly file: string;
}

/** What a trace is asked for. */
export interface TraceOptions {
  /** u32: an skb matches when (skb->mark & mask) == (mark & mask), and all filters below hold; undefined: whatever its mark */
  readonly mark?: number | undefined;
  /** u32; 0 matches every packet */
  readonly mask: number;
  /** id of a backend, or `auto` */
  readonly backend: string;
  /** attach more functions than the backend's limit */
  readonly force: boolean;
  /** id of a tracer */
  readonly tracer: string;
  /** pcap-filter(7) */
  readonly filter?: string | undefined;
  /** `filter` is for the headers inside of a tunnel's */
  readonly inner?: boolean | undefined;
  /** a condition on the kernel's own members, see docs/filters.md */
  readonly where?: string | undefined;
  /** values of the filters of filters/, by their ids */
  readonly filters?: Readonly<Record<string, string>> | undefined;
  /** what to show of each event, as --fields has it: undefined: what the output shows */
  readonly fields?: string | undefined;
  /** files with an extension each: .c, .o, .lua, .js, .mjs or .ts */
  readonly extensions?: readonly string[] | undefined;
  /** further files of results, beside those that there are anyway */
  readonly also?: readonly FurtherOutput[] | undefined;
  /** show packets that are dropped, and no others */
  readonly drops?: boolean | undefined;
  readonly selection: Selection;
  readonly verbose: boolean;
  /** perf buffer per CPU, in pages: a power of two; automaticPageCount() if undefined */
  readonly pageCount?: number | undefined;
  /** sample_period of the perf buffer's events; kernels ignore it for what BPF programs emit */
  readonly samplePeriod: number;
  /** events between two wake-ups, 0 = automatic */
  readonly wakeupEvents: number;
  readonly setRlimits: boolean;
  /** the trace ends when so many events were printed */
  readonly count?: number | undefined;
  /** the trace ends so many ms after it was ready */
  readonly durationMs?: number | undefined;
  /** events a second, on all CPUs together */
  readonly maxRate?: number | undefined;
  /** 1: all packets; N: one of N */
  readonly sample: number;
  /** of one CPU, 0.05 for 5 %: the trace ends when it costs more for a second */
  readonly budget?: number | undefined;
  /** something missing from the results is an error, a LossError */
  readonly failOnLoss: boolean;
}

/** What `ipft -m MARK` is asked for: a trace, where its results go, and who waits for it. */
export interface CommandOptions extends TraceOptions {
  /** id of an output */
  readonly output: string;
  /** how lines of text tell the time, and JSON and CSV in a further column, `time` */
  readonly time?: TimeFormat | undefined;
  /** JSON without the summary and all other lines that are no events */
  readonly eventsOnly?: boolean | undefined;
  /** file that gets the results; stdout if undefined */
  readonly outputFile?: string | undefined;
  /** bytes of one such file: then the next is begun */
  readonly rotate?: number | undefined;
  /** how many of these files stay; all if undefined */
  readonly rotateKeep?: number | undefined;
  /** the trace begins before this command, a word each, and ends with it */
  readonly command?: readonly string[] | undefined;
  /** TCP port on the loopback that accepts connections once tracing */
  readonly probeServerPort?: number | undefined;
  /** file that gets ipft's pid once tracing */
  readonly readyFile?: string | undefined;
}

export const TRACE_DEFAULTS = {
  mask: 0xffffffff,
  backend: 'auto',
  force: false,
  tracer: 'function',
  output: 'aggregate',
  samplePeriod: 1,
  wakeupEvents: 0,
  sample: 1,
  failOnLoss: false,
  probeServerPort: 13720,
} as const;
