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

/** In groups by their keys, each in order of time. */
export function grouped<T extends { timestamp: number }, Key>(
  items: readonly T[],
  keyOf: (item: T) => Key,
): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const item of items.toSorted((left, right) => left.timestamp - right.timestamp))
    groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/**
 * The rows and the events of the same calls: those that agree in their keys, in order of time. Throws unless each has its
 * counterpart.
 */
export function pairsOf(
  rows: readonly Row[],
  events: readonly TraceEvent[],
  rowKey: (row: Row) => string,
  eventKey: (event: TraceEvent) => string,
): Pair[] {
  const [ours, theirs] = [grouped(rows, rowKey), grouped(events, eventKey)];
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((key) => {
    const [mine, other] = [ours.get(key) ?? [], theirs.get(key) ?? []];
    if (mine.length !== other.length)
      throw new Error(`${key}: ${mine.length} events by ipft, ${other.length} in the kernel's trace`);
    return other.flatMap((event, i) => (mine[i] === undefined ? [] : [{ row: mine[i], event }]));
  });
}
