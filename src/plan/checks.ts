// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Check } from '../checks/check.js';
import { checks } from '../checks/index.js';
import type { FunctionTable } from '../core/function-table.js';
import type { TraceOptions } from '../core/options.js';

/** The checks that the options ask for. */
export const checksOf = ({ check = [] }: Pick<TraceOptions, 'check'>): readonly Check[] =>
  check.flatMap((id) => checks.get(id) ?? []);

/** What they cannot check with the functions that are traced, in words. `traceable`: indexes of these. */
export function uncheckedOf(
  asked: readonly Check[],
  { table, traceable }: { readonly table: FunctionTable; readonly traceable: readonly number[] },
): readonly string[] {
  if (asked.length === 0) return [];
  const names = traceable.map((index) => table.names[index] ?? '');
  return asked.flatMap(({ unable }) => unable(names) ?? []);
}
