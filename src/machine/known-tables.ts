// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TableKind } from '../core/backend.js';
import type { FunctionTable } from '../core/function-table.js';
import type { Why } from '../core/why.js';
import type { Addon } from '../native/types.js';
import { readTable } from './functions.js';
import { kernelState } from './kernel-state.js';

interface Known {
  readonly tracefs: string | null;
  readonly types: string | null;
  readonly why: readonly Why[];
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
  { tracefs, types, why }: Pick<Known, 'tracefs' | 'types' | 'why'>,
): FunctionTable {
  const before = kernelState();
  const earlier = known.get(kind);
  const isSame = earlier?.tracefs === tracefs && earlier.types === types && earlier.why.join() === why.join();
  if (isSame && earlier.state === before) return earlier.table;
  const table = readTable(addon, kind, tracefs, why);
  // A module may have been loaded while the table was read.
  const isCertain = table.columns.traceableUnknown === '' && before !== null && kernelState() === before;
  if (isCertain) known.set(kind, { tracefs, types, why, state: before, table });
  return table;
}
