// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { addTo } from '../core/grouped.js';
import type { ExtensionEvent } from './public.js';

/** Most events held for packets in flight; beyond this the oldest packet is flushed before its end. */
const MAX_HELD = 100_000;

/** Collects the events of packets in flight, for onPacket(). */
export class PacketsSeen {
  readonly #packets = new Map<number, ExtensionEvent[]>();
  #held = 0;
  #cut = 0;

  /** Returns packets that had to be flushed to make room. */
  add(event: ExtensionEvent): ExtensionEvent[][] {
    addTo(this.#packets, event.packet, event);
    this.#held++;
    const given: ExtensionEvent[][] = [];
    for (const [oldest] of this.#packets) {
      if (this.#held <= MAX_HELD) break;
      given.push(this.remove(oldest));
      this.#cut++;
    }
    return given;
  }

  remove(packet: number): ExtensionEvent[] {
    const events = this.#packets.get(packet) ?? [];
    this.#packets.delete(packet);
    this.#held -= events.length;
    return events;
  }

  /** packets flushed before their end */
  get cut(): number {
    return this.#cut;
  }

  rest(): IterableIterator<ExtensionEvent[]> {
    return this.#packets.values();
  }
}
