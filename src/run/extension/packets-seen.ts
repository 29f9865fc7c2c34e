import type { ExtensionEvent } from './public.js';

/** Events of packets in flight that are held; beyond it the oldest packet is forgotten. */
const MAX_HELD = 100_000;

/** The events of packets in flight, for onPacket(). */
export class PacketsSeen {
  readonly #packets = new Map<number, ExtensionEvent[]>();
  #held = 0;

  add(event: ExtensionEvent): void {
    const events = this.#packets.get(event.packet);
    if (events === undefined) this.#packets.set(event.packet, [event]);
    else events.push(event);
    this.#held++;
    for (const [oldest] of this.#packets) {
      if (this.#held <= MAX_HELD) break;
      this.remove(oldest);
    }
  }

  remove(packet: number): ExtensionEvent[] {
    const events = this.#packets.get(packet) ?? [];
    this.#packets.delete(packet);
    this.#held -= events.length;
    return events;
  }

  rest(): IterableIterator<[number, ExtensionEvent[]]> {
    return this.#packets.entries();
  }
}
