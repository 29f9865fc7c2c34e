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

/** What a trace is asked for. */
export interface TraceOptions {
  /** u32: an skb matches when (skb->mark & mask) == (mark & mask) */
  readonly mark: number;
  /** u32; 0 matches every packet */
  readonly mask: number;
  /** id of a backend, or `auto` */
  readonly backend: string;
  /** id of an output */
  readonly output: string;
  readonly selection: Selection;
  readonly verbose: boolean;
  /** perf buffer per CPU, in pages: a power of two; automaticPageCount() if undefined */
  readonly pageCount?: number | undefined;
  /** sample_period of the perf buffer's events; kernels ignore it for what BPF programs emit */
  readonly samplePeriod: number;
  /** events between two wake-ups, 0 = automatic */
  readonly wakeupEvents: number;
  readonly setRlimits: boolean;
  /** TCP port on the loopback that accepts connections once tracing */
  readonly probeServerPort?: number | undefined;
  /** file that gets ipft's pid once tracing */
  readonly readyFile?: string | undefined;
}

export const TRACE_DEFAULTS = {
  mask: 0xffffffff,
  backend: 'auto',
  output: 'aggregate',
  samplePeriod: 1,
  wakeupEvents: 0,
  probeServerPort: 13720,
} as const;
