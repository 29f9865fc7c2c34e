import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TableKind } from '../core/backend.js';
import type { FunctionTable } from '../core/function-table.js';
import type { Addon } from '../native/types.js';
import { BTF } from './environment/btf.js';
import { readTable } from './functions.js';

/** What decides how addresses are shown. */
const KPTR_RESTRICT = '/proc/sys/kernel/kptr_restrict';

/**
 * What a function table depends on and can change while the kernel runs: the modules that are loaded, each load by the inode of
 * its BTF, which the kernel never uses again, and whether addresses are shown. null: it cannot be told.
 */
function kernelState(): string | null {
  try {
    const folder = dirname(BTF);
    const loads = readdirSync(folder).map((name) => `${name} ${statSync(join(folder, name)).ino}`);
    const modules = readFileSync('/proc/modules', 'utf8').replace(/^(\S+ \S+) .*/gm, '$1');
    return [...loads, modules, readFileSync(KPTR_RESTRICT, 'utf8')].join('\n');
  } catch {
    return null;
  }
}

interface Known {
  readonly tracefs: string | null;
  readonly state: string;
  readonly table: FunctionTable;
}

const known = new Map<TableKind, Known>();

/**
 * Like readTable(), but what an earlier trace of this process has read is taken again if no module has come or gone since: most of
 * a start is reading kallsyms and BTF.
 */
export function knownTable(addon: Addon, kind: TableKind, tracefs: string | null): FunctionTable {
  const before = kernelState();
  const earlier = known.get(kind);
  if (earlier?.state === before && earlier.tracefs === tracefs) return earlier.table;
  const table = readTable(addon, kind, tracefs);
  // A module may have come while the table was read.
  const isCertain = table.columns.traceableUnknown === '' && before !== null && kernelState() === before;
  if (isCertain) known.set(kind, { tracefs, state: before, table });
  return table;
}
