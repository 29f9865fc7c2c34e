// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TableKind } from '../core/backend.js';
import type { FunctionTable } from '../core/function-table.js';
import type { Addon } from '../native/types.js';
import { readTable } from './functions.js';
import { kernelState } from './kernel-state.js';

interface Known {
  readonly tracefs: string | null;
  readonly types: string | null;
  readonly state: string;
  readonly table: FunctionTable;
}

const known = new Map<TableKind, Known>();

/**
 * Like readTable(), but returns the table of an earlier trace of this process if no module has come or gone
 * since then: reading kallsyms and BTF is most of the start time. `types`: the file of --btf.
 */
export function knownTable(
  addon: Addon,
  kind: TableKind,
  { tracefs, types }: Pick<Known, 'tracefs' | 'types'>,
): FunctionTable {
  const before = kernelState();
  const earlier = known.get(kind);
  if (earlier?.state === before && earlier.tracefs === tracefs && earlier.types === types)
    return earlier.table;
  const table = readTable(addon, kind, tracefs);
  // A module may have been loaded while the table was read.
  const isCertain = table.columns.traceableUnknown === '' && before !== null && kernelState() === before;
  if (isCertain) known.set(kind, { tracefs, types, state: before, table });
  return table;
}
