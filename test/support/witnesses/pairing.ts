// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceEvent } from './trace-events.js';

/** One event of `-o json`. Times are ns, exact in a double: the guest has run for minutes. */
export interface Row {
  readonly function: string;
  readonly packet_id: string;
  readonly packet: number;
  readonly timestamp: number;
  readonly processor_id: number;
  readonly tid: number;
  readonly [field: string]: unknown;
}

/** What ipft and the kernel's own trace tell of the same call. */
export interface Pair {
  readonly row: Row;
  readonly event: TraceEvent;
}

/** The skb's address in a trace event, as ipft writes it; hashed where the kernel does not print addresses. */
export const addressIn = ({ values }: TraceEvent): string =>
  values['skb'] ?? `0x${(values['skbaddr'] ?? '').replace(/^0+/, '')}`;

interface Timed {
  readonly timestamp: number;
}

/** In groups by their keys, each in order of time. */
export function grouped<T extends Timed, Key>(items: readonly T[], keyOf: (item: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const item of items.toSorted((left, right) => left.timestamp - right.timestamp)) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** As many of `longer` as there are in `shorter`: without those whose absence brings their times nearest to each other. */
function fitted<T extends Timed>(longer: readonly T[], shorter: readonly Timed[]): T[] {
  let rest = [...longer];
  const distance = (items: readonly T[]): number =>
    shorter.reduce((sum, { timestamp }, i) => sum + Math.abs(timestamp - (items[i]?.timestamp ?? 0)), 0);
  while (rest.length > shorter.length) {
    const shortened = rest.map((_, i) => rest.toSpliced(i, 1));
    rest = shortened.toSorted((left, right) => distance(left) - distance(right))[0] ?? [];
  }
  return rest;
}

/** Calls that are in one trace only, as an interrupt came while another program or probe was at work, by their counters. */
export interface Missed {
  readonly byIpft: number;
  readonly byKernel: number;
}

/**
 * The rows and the events of the same calls: those that agree in their keys, in order of time. Throws if one side has more
 * than the other one tells that it has missed.
 */
export function pairsOf(
  rows: readonly Row[],
  events: readonly TraceEvent[],
  [rowKey, eventKey]: readonly [(row: Row) => string, (event: TraceEvent) => string],
  missed: Missed = { byIpft: 0, byKernel: 0 },
): Pair[] {
  const [ours, theirs] = [grouped(rows, rowKey), grouped(events, eventKey)];
  const pairs = [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((key) => {
    const [all, told] = [ours.get(key) ?? [], theirs.get(key) ?? []];
    const [mine, other] = [fitted(all, told), fitted(told, all)];
    return other.flatMap((event, i) => (mine[i] === undefined ? [] : [{ row: mine[i], event }]));
  });
  const alone = { byIpft: events.length - pairs.length, byKernel: rows.length - pairs.length };
  if (alone.byIpft > missed.byIpft || alone.byKernel > missed.byKernel)
    throw new Error(`missing: ${JSON.stringify(alone)}, of which are told: ${JSON.stringify(missed)}`);
  return pairs;
}
