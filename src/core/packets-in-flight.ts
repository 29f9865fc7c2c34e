// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from './batch.js';
import { PacketEvents } from './packet-events.js';
import { isHidden, isLast, packet } from './row.js';

/** Events of packets in flight that are held; beyond it the oldest packet is given up as it is. */
const MAX_HELD = 400_000;

/** Where outputs that show whole packets have them from. */
export type Packets = Pick<PacketsInFlight, 'take' | 'rest' | 'held' | 'cut'>;

/** The packets in flight, each with its events. */
export class PacketsInFlight {
  readonly #packets = new Map<number, PacketEvents>();
  #held = 0;
  #cut = 0;

  /** Takes the rows, and returns those packets whose life has ended, or that are one too many: `most` events are held. */
  take({ rows, count, rowSize }: Batch, most = MAX_HELD): PacketEvents[] {
    const complete: PacketEvents[] = [];
    const end = count * rowSize;
    let start = 0;
    while (start < end) {
      const number = packet(rows, start);
      let at = start;
      let ended = false;
      for (; at < end && !ended && packet(rows, at) === number && !isHidden(rows, at); at += rowSize)
        ended = isLast(rows, at);
      if (at > start) this.#append(number, rows, rowSize, start, at);
      else {
        ended = isLast(rows, at);
        at += rowSize;
      }
      const events = ended ? this.#packets.get(number) : undefined;
      if (events !== undefined) {
        events.isComplete = true;
        complete.push(this.#remove(number, events));
      }
      start = at;
    }
    for (; this.#held > most; this.#cut++) complete.push(this.#removeOldest());
    return complete;
  }

  /** The packets that still are in flight, in order of their first event; each is held until the next is asked for. */
  *rest(): Generator<PacketEvents> {
    while (this.#packets.size > 0) {
      yield this.#oldest()[1];
      this.#removeOldest();
    }
  }

  /** The packets that are in flight now, in order of their first event. */
  all(): Iterable<PacketEvents> {
    return this.#packets.values();
  }

  /** events */
  get held(): number {
    return this.#held;
  }

  /** how often a packet was given up before its end */
  get cut(): number {
    return this.#cut;
  }

  #append(number: number, rows: DataView, rowSize: number, start: number, end: number): void {
    let events = this.#packets.get(number);
    if (events === undefined) this.#packets.set(number, (events = new PacketEvents(rowSize)));
    events.append(rows, start, end);
    this.#held += (end - start) / rowSize;
  }

  #remove(number: number, events: PacketEvents): PacketEvents {
    this.#packets.delete(number);
    this.#held -= events.size;
    return events;
  }

  #oldest(): [number, PacketEvents] {
    const [oldest] = this.#packets as Iterable<[number, PacketEvents]>;
    if (oldest === undefined) throw new Error('no packet is in flight');
    return oldest;
  }

  #removeOldest(): PacketEvents {
    return this.#remove(...this.#oldest());
  }
}
