// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { KERNEL, type FunctionTable } from '../../core/function-table.js';
import type { Addon } from '../../native/types.js';
import { readTable } from '../../machine/functions.js';
import type { Count, DoctorReport } from './report.js';

const known = (count: number): Count => ({ count, unknown: null });
const unknown = (why: string): Count => ({ count: null, unknown: why });

/** The result of `count` for a table, or why the table cannot be read. */
function counted<T>(
  read: () => FunctionTable,
  count: (table: FunctionTable) => T,
  fail: (why: string) => T,
): T {
  try {
    return count(read());
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/**
 * If the kernel's list of traceable functions cannot be read, the table calls everything traceable, so the
 * count is unknown.
 */
function traceable(table: FunctionTable): Count {
  if (table.columns.traceableUnknown !== '') return unknown(table.columns.traceableUnknown);
  return known(table.traceable(table.all).length);
}

export interface FunctionCounts {
  readonly functions: DoctorReport['functions'];
  readonly ofModules: Pick<DoctorReport['module_btf'], 'functions' | 'missing'>;
}

/** Counts functions that take an skb, and those of modules among them. */
export function countFunctions(addon: Addon, tracefs: string | null): FunctionCounts {
  return counted(
    () => readTable(addon, 'functions', tracefs),
    (table) => ({
      functions: { ...known(table.size), traceable: traceable(table) },
      ofModules: {
        functions: known(table.modules.filter((module) => module !== KERNEL).length),
        missing: table.columns.warnings.find((each) => each !== table.columns.traceableUnknown) ?? null,
      },
    }),
    (why) => ({
      functions: { ...unknown(why), traceable: unknown(why) },
      ofModules: { functions: unknown(why), missing: null },
    }),
  );
}

/** Counts tracepoints that pass an skb. */
export function countTracepoints(addon: Addon): Count {
  return counted(
    () => readTable(addon, 'tracepoints', null),
    (table) => known(table.size),
    unknown,
  );
}
