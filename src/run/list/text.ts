// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { FunctionTable } from '../../core/function-table.js';

const hex = (address: bigint): string => `0x${address.toString(16).padStart(16, '0')}`;

const NO_ADDRESS = '-';

const row = (name: string, module: string, address: string, position: string): string =>
  `${name.padEnd(48)} ${module.padEnd(16)} ${address.padEnd(18)} ${position}\n`;

/** Rows NAME MOD ADDR SKB_POSITION of traceable functions; titles are for people only. */
export function listText(table: FunctionTable, selected: readonly number[], titles: boolean): string {
  let text = titles ? row('NAME', 'MOD', 'ADDR', 'SKB_POSITION') : '';
  for (const index of selected) {
    if (!table.isTraceable(index)) continue;
    const { name, module, address, skbPosition } = table.at(index);
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
  for (const index of selected) {
    const { name, module, symbol, address, skbPosition, traceable, reason } = table.at(index);
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

const count = (indexes: readonly number[], holds: (index: number) => boolean): number =>
  indexes.filter(holds).length;

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
  const reasons: Record<string, number> = {};
  for (const index of selected) {
    const { reason } = table.at(index);
    if (reason !== '') reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  const isKnown = table.columns.traceableUnknown === '';
  return {
    functions: selected.length,
    traceable: isKnown ? count(selected, (index) => table.isTraceable(index)) : null,
    uncertain: count(selected, (index) => table.isUncertain(index)),
    reasons,
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
