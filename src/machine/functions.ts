// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TableKind } from '../core/backend.js';
import { UnsupportedError, UsageError } from '../core/errors.js';
import { FunctionTable, labelOf, type Selection } from '../core/function-table.js';
import { whyBits, type Why } from '../core/why.js';
import { native } from '../native/call.js';
import type { Addon } from '../native/types.js';

/** Where the addon keeps what it has read of kallsyms and tracefs; emptied at boot. */
export const SYMBOLS = '/run/ipft-symbols';

const REASONS_SHOWN = 3;

const CONFIRMING =
  'a trace without --regex, of packets that pass through it: when that has confirmed it, it can be traced until the next boot';

const LIST = { functions: 'ipft --list', tracepoints: 'ipft --list --backend tracepoint' } as const;

/**
 * Reads the table of every kernel function that takes an skb, and of the deciders that --why asks for, or of every tracepoint
 * that passes an skb.
 */
export function readTable(
  addon: Addon,
  kind: TableKind,
  tracefs: string | null,
  why: readonly Why[] = [],
): FunctionTable {
  const columns = native(`reading the kernel's ${kind}`, () =>
    kind === 'functions'
      ? addon.readFunctions({ tracefs, cache: SYMBOLS, why: whyBits(why) })
      : addon.readTracepoints(),
  );
  return new FunctionTable(columns, kind);
}

/** The flags that make this selection, for messages. */
export function describeSelection({ function: name, module }: Selection): string {
  const flags = [
    ...(name === undefined ? [] : [`--regex '${name.source}'`]),
    ...(module === undefined ? [] : [`--module-regex '${module.source}'`]),
  ];
  return flags.join(' with ');
}

/** True if the selection excludes anything. */
export const isRestricted = ({ function: name, module }: Selection): boolean =>
  name !== undefined || module !== undefined;

/** Indexes of the functions that the regular expressions select; throws if there are none. */
export function selectFunctions(table: FunctionTable, selection: Selection): number[] {
  const selected = table.select(selection);
  if (selected.length > 0) return selected;
  if (!isRestricted(selection)) {
    throw new UnsupportedError(`the BTF of this kernel has no ${table.noun} with an skb`);
  }
  throw new UsageError(
    `no ${table.noun} matches ${describeSelection(selection)}: ${table.size} ${table.kind} take an skb`,
    `${LIST[table.kind]} shows them`,
  );
}

/** Indexes of the selected functions that can be traced; throws if there are none. */
export function traceableFunctions(
  table: FunctionTable,
  selected: readonly number[],
  selection: Selection,
): number[] {
  const traceable = table.traceable(selected);
  if (traceable.length > 0) return traceable;
  const reasons = table
    .described(selected.slice(0, REASONS_SHOWN))
    .map(({ name, module, reason }) => `${labelOf(name, module)} (${reason})`);
  const more = selected.length > REASONS_SHOWN ? ` and ${selected.length - REASONS_SHOWN} more` : '';
  const message = `none of the ${table.kind} can be traced: ${reasons.join(', ')}${more}`;
  const uncertain = table.uncertain(selected).length > 0;
  const remedy = uncertain ? CONFIRMING : 'ipft --list shows those that can be traced';
  if (isRestricted(selection)) throw new UsageError(message, remedy);
  throw new UnsupportedError(message, 'ipft --list -o json shows every function with the reason');
}
