// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { KERNEL, labelOf, type FunctionTable, type Selection } from '../core/function-table.js';
import type { Addon } from '../native/types.js';
import { native } from '../native/call.js';
import { isRestricted } from './functions.js';

const NOTHING_KNOWN = {
  address: null,
  skb_position: null,
  traceable: false,
  reason: 'not in BTF: its arguments are unknown',
} as const;

interface Undescribed {
  readonly name: string;
  readonly module: string;
  readonly symbol: string;
}

/** Parses a line of available_filter_functions into function and module. */
function parse(line: string): Undescribed {
  const [, symbol = line, module = KERNEL] = /^(\S+)(?: \[(.+)\])?$/.exec(line) ?? [];
  return { name: symbol.replace(/(?<=.)\..*$/, ''), module, symbol };
}

/**
 * The functions in `selection` that ftrace can trace, but that neither this kernel's BTF nor the table of
 * other kernels' BTF describes. null: it is unknown what ftrace can trace.
 */
export function undescribedFunctions(
  addon: Addon,
  table: FunctionTable,
  tracefs: string | null,
  { function: name, module }: Selection,
): readonly Undescribed[] | null {
  if (table.kind !== 'functions' || tracefs === null || table.columns.traceableUnknown !== '') return null;
  const lines = native('reading the functions without BTF', () => addon.readUndescribed({ tracefs }));
  const known = new Set(table.names.map((each, index) => labelOf(each, table.modules[index] ?? KERNEL)));
  return lines
    .map(parse)
    .filter((each) => !known.has(labelOf(each.name, each.module)))
    .filter((each) => name?.test(each.name) !== false && module?.test(each.module) !== false);
}

/**
 * In the format of listJson(). There are hundreds, nearly all without an skb, so only selected ones are
 * listed.
 */
export function undescribedJson(functions: readonly Undescribed[], selection: Selection): string {
  if (!isRestricted(selection)) return '';
  return functions.map((each) => `${JSON.stringify({ ...each, ...NOTHING_KNOWN })}\n`).join('');
}
