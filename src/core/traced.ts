// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { capturedIn, type Layout } from './reads.js';
import type { TraceClock } from './clock.js';
import type { Column, ColumnContext, ReturnType } from './column.js';

/** What a kernel calls the things that rows have numbers of. */
export type KernelNames = Pick<
  ColumnContext,
  'enumMembers' | 'enumByName' | 'symbol' | 'dropReason' | 'hasDropReasons' | 'cause'
>;

/** Functions by the index that rows have. */
export interface TracedFunctions {
  readonly names: readonly string[];
  readonly modules: readonly string[];
  returnType(index: number): ReturnType;
}

/** What a trace is: all that is needed to show its rows. It is made from the running kernel, or from a record of another one. */
export interface Traced {
  /** release of the kernel */
  readonly kernel: string;
  readonly functions: TracedFunctions;
  /** true if rows may be returns, as those of function_graph */
  readonly returns: boolean;
  /** those of --fields; null: the output's own */
  readonly fields: readonly Column[] | null;
  /** those of the extensions, which are shown after the fields */
  readonly further: readonly Column[];
  readonly layout: Layout;
  readonly clock: TraceClock;
  readonly names: KernelNames;
  /** addresses of a kernel stack, the innermost first; empty if it is no longer known */
  readonly stack: (id: number) => readonly bigint[];
}

/** What columns show the rows of a trace with. */
export function columnContext({ functions, layout, names, stack }: Traced): ColumnContext {
  return {
    ...names,
    names: functions.names,
    modules: functions.modules,
    returnType: (index) => functions.returnType(index),
    captured: capturedIn(layout),
    stack,
  };
}
