// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { capturedIn, hasRead, type Layout } from './reads.js';
import type { ClockReading, TraceClock } from './clock.js';
import type { Column, ColumnContext, ReturnType } from './column.js';
import type { Summary } from './summary.js';

/** The kernel's names for the numbers that rows have. */
export type KernelNames = Pick<
  ColumnContext,
  | 'enumMembers'
  | 'enumByName'
  | 'symbol'
  | 'namespaceName'
  | 'dropReason'
  | 'hasDropReasons'
  | 'cause'
  | 'nftStep'
>;

/** The functions by the index that rows have. */
export interface TracedFunctions {
  readonly names: readonly string[];
  readonly modules: readonly string[];
  returnType(index: number): ReturnType;
  /** entry address; 0: unknown */
  address(index: number): bigint;
}

/** Where a recorded trace comes from. */
export interface Origin {
  readonly host: string;
  /** ipft's words, without its own name; null: they were not recorded */
  readonly command: readonly string[] | null;
  /** drops were recorded */
  readonly drops: boolean;
}

/**
 * Description of a trace: all that is needed to show its rows. It comes from the running kernel, or from a
 * recording made on another one.
 */
export interface Traced {
  /** kernel release */
  readonly kernel: string;
  /** undefined: it runs on this host */
  readonly origin?: Origin;
  readonly functions: TracedFunctions;
  /** true if rows may be returns (tracer function_graph) */
  readonly returns: boolean;
  /** true if relatives of packets are followed */
  readonly follows: boolean;
  /** the columns of --fields; null: the output's default */
  readonly fields: readonly Column[] | null;
  /** the columns of extensions, shown after the fields */
  readonly further: readonly Column[];
  readonly layout: Layout;
  /** most bytes of a packet; undefined: none are recorded */
  readonly snaplen?: number | undefined;
  readonly clock: TraceClock;
  /** null: the trace comes from a file */
  readonly readClocks: (() => ClockReading) | null;
  /** What the trace amounts to so far; undefined: it comes from a file. */
  readonly readSummary?: (() => Summary) | undefined;
  readonly names: KernelNames;
  /** addresses of a kernel stack, innermost first; empty if the stack is no longer available */
  readonly stack: (id: number) => readonly bigint[];
}

/** The context in which columns show the rows of a trace. */
export function columnContext({ functions, layout, names, stack }: Traced): ColumnContext {
  return {
    ...names,
    names: functions.names,
    modules: functions.modules,
    returnType: (index) => functions.returnType(index),
    captured: capturedIn(layout),
    has: hasRead(layout),
    stack,
  };
}
