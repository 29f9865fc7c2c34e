import type { FunctionTable } from '../../core/function-table.js';
import type { Addon } from '../../native/types.js';
import { readTable } from '../functions.js';
import type { Count, DoctorReport } from './report.js';

const known = (count: number): Count => ({ count, unknown: null });
const unknown = (why: string): Count => ({ count: null, unknown: why });

/** `count` of a table, or why the table cannot be read. */
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

/** Without the kernel's list, what cannot be traced is not known; the table then calls everything traceable. */
function traceable(table: FunctionTable): Count {
  const [warning] = table.columns.warnings;
  if (warning !== undefined) return unknown(warning);
  return known(table.select({}).filter((index) => table.isTraceable(index)).length);
}

/** Functions that take an skb. */
export function countFunctions(addon: Addon, tracefs: string | null): DoctorReport['functions'] {
  return counted(
    () => readTable(addon, 'functions', tracefs),
    (table) => ({ ...known(table.size), traceable: traceable(table) }),
    (why) => ({ ...unknown(why), traceable: unknown(why) }),
  );
}

/** Tracepoints that pass an skb. */
export function countTracepoints(addon: Addon): Count {
  return counted(
    () => readTable(addon, 'tracepoints', null),
    (table) => known(table.size),
    unknown,
  );
}
