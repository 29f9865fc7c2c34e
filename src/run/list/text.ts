// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { FunctionTable } from '../../core/function-table.js';

const hex = (address: bigint): string => `0x${address.toString(16).padStart(16, '0')}`;

const NO_ADDRESS = '-';

const row = (name: string, module: string, address: string, position: string): string =>
  `${name.padEnd(48)} ${module.padEnd(16)} ${address.padEnd(18)} ${position}\n`;

/** Rows NAME MOD ADDR SKB_POSITION of traceable functions; titles are for people only. */
export function listText(table: FunctionTable, selected: readonly number[], titles: boolean): string {
  let text = titles ? row('NAME', 'MOD', 'ADDR', 'SKB_POSITION') : '';
  for (const { name, module, address, skbPosition } of table.described(table.traceable(selected))) {
    const shown = table.kind === 'functions' ? hex(address) : NO_ADDRESS;
    text += row(name, module, shown, skbPosition.toString());
  }
  return text;
}

/**
 * One JSON object per function and line, including functions that cannot be traced; null: unknown on this
 * machine.
 */
export function listJson(table: FunctionTable, selected: readonly number[]): string {
  let text = '';
  for (const each of table.described(selected)) {
    const { name, module, symbol, address, skbPosition, traceable, reason } = each;
    const shown = table.kind === 'functions' ? hex(address) : null;
    const unknown = table.columns.traceableUnknown;
    const known = reason !== '' || unknown === '';
    const line = {
      name,
      module,
      symbol,
      address: shown,
      skb_position: skbPosition,
      traceable: known ? traceable : null,
      reason: known ? reason : unknown,
    };
    text += `${JSON.stringify(line)}\n`;
  }
  return text;
}

/** Counts for the summary of a list. */
export interface ListSummary {
  readonly functions: number;
  readonly traceable: number | null;
  readonly uncertain: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** functions that ftrace can trace and whose arguments are unknown; null: the number is unknown */
  readonly undescribed: number | null;
}

export function summarize(
  table: FunctionTable,
  selected: readonly number[],
  undescribed: number | null,
): ListSummary {
  const isKnown = table.columns.traceableUnknown === '';
  return {
    functions: selected.length,
    traceable: isKnown ? table.traceable(selected).length : null,
    uncertain: table.uncertain(selected).length,
    reasons: table.reasonCounts(selected),
    undescribed,
  };
}

/** The counts in words. */
export function summaryText({ functions, traceable, uncertain, undescribed }: ListSummary): string {
  const parts = [
    `${functions} functions take an skb`,
    ...(traceable === null ? [] : [`${traceable} of them can be traced`]),
    ...(uncertain === 0 ? [] : [`${uncertain} when calls have confirmed it`]),
  ];
  const more =
    undescribed === null || undescribed === 0
      ? ''
      : `; of ${undescribed} more that ftrace can trace nobody knows what they take, as they are not in BTF`;
  return `${parts.join(', ')}${more}`;
}
