// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { KERNEL, labelOf, type FunctionTable, type Selection } from '../core/function-table.js';
import type { Addon } from '../native/types.js';
import { native } from '../native/call.js';
import { isRestricted } from './functions.js';

const NOTHING_KNOWN = {
  address: null,
  skb_position: null,
  traceable: false,
  reason: 'not in BTF: what it takes is not known',
} as const;

interface Undescribed {
  readonly name: string;
  readonly module: string;
  readonly symbol: string;
}

/** The function behind a line of available_filter_functions, as tables name it. */
function parse(line: string): Undescribed {
  const [, symbol = line, module = KERNEL] = /^(\S+)(?: \[(.+)\])?$/.exec(line) ?? [];
  return { name: symbol.replace(/(?<=.)\..*$/, ''), module, symbol };
}

/**
 * What `selection` has of the functions that ftrace can trace, BTF does not describe, and no other kernel's BTF knows to take an skb.
 * null: the kernel does not tell what ftrace can trace.
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

/** As listJson() lists functions. There are hundreds, nearly all without an skb, so only those that are asked for. */
export function undescribedJson(functions: readonly Undescribed[], selection: Selection): string {
  if (!isRestricted(selection)) return '';
  return functions.map((each) => `${JSON.stringify({ ...each, ...NOTHING_KNOWN })}\n`).join('');
}
