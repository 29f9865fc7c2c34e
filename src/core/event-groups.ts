import type { EventStore } from './event-store.js';
import { sortedIndexes } from './merge-sort.js';
import { skbKey, timeNsHigh, timeNsLow } from './row.js';

export interface EventGroups {
  /** events group by group, in order of time inside a group */
  readonly order: Uint32Array;
  /** positions in `order` at which a group starts, ascending */
  readonly groupStarts: Uint32Array;
}

/** Groups events by packet (the skb's address); groups are in order of their first event. */
export function groupEvents(store: EventStore): EventGroups {
  const byTime = sortedIndexes(eventTimes(store));
  const groups = new Uint32Array(store.size);
  const counts: number[] = [];
  const known = new Map<number, number>();
  for (const event of byTime) {
    const key = skbKey(store.rows(event), store.offset(event));
    let group = known.get(key);
    if (group === undefined) {
      known.set(key, (group = counts.length));
      counts.push(0);
    }
    groups[event] = group;
    counts[group] = (counts[group] ?? 0) + 1;
  }
  return { groupStarts: startsOf(counts), order: spread(byTime, groups, startsOf(counts)) };
}

/** Times in ns since the first event: small enough to be exact as doubles, which ns since boot need not be. */
function eventTimes(store: EventStore): Float64Array {
  const times = new Float64Array(store.size);
  if (store.size === 0) return times;
  const firstHigh = timeNsHigh(store.rows(0), 0);
  const firstLow = timeNsLow(store.rows(0), 0);
  for (let event = 0; event < store.size; event++) {
    const rows = store.rows(event);
    const at = store.offset(event);
    times[event] = (timeNsHigh(rows, at) - firstHigh) * 0x1_0000_0000 + (timeNsLow(rows, at) - firstLow);
  }
  return times;
}

function startsOf(counts: readonly number[]): Uint32Array {
  const starts = new Uint32Array(counts.length);
  let start = 0;
  counts.forEach((count, group) => {
    starts[group] = start;
    start += count;
  });
  return starts;
}

function spread(byTime: Uint32Array, groups: Uint32Array, next: Uint32Array): Uint32Array {
  const order = new Uint32Array(byTime.length);
  for (const event of byTime) {
    const group = groups[event] ?? 0;
    const position = next[group] ?? 0;
    order[position] = event;
    next[group] = position + 1;
  }
  return order;
}
