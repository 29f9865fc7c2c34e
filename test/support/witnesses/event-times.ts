// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { addressIn, grouped } from './pairing.js';
import type { TraceEvent } from './trace-events.js';

/** When the calls that trace events tell of can have been, ns. */
export class EventTimes {
  /** by event, the next one of its skb */
  readonly #next = new Map<TraceEvent, TraceEvent>();

  constructor(events: readonly TraceEvent[]) {
    for (const ofSkb of grouped(events, addressIn).values())
      ofSkb.forEach((event, i) => {
        const next = ofSkb[i + 1];
        if (next !== undefined) this.#next.set(event, next);
      });
  }

  /**
   * The time between this event and the next one of its skb, to which ipft's program comes first, whatever interrupts it; the
   * kernel rounds to microseconds.
   */
  of(event: TraceEvent): { readonly earliest: number; readonly latest: number } {
    const next = this.#next.get(event)?.timestamp ?? Infinity;
    return { earliest: event.timestamp - 1000, latest: next + 1000 };
  }
}
