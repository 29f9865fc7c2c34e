// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from './batch.js';
import { PacketEvents } from './packet-events.js';
import { isHidden, isLast, packet } from './row.js';
import { isWay } from './way-row.js';

/** Most events held for packets in flight; beyond this the oldest packet is flushed before its end. */
export const MAX_HELD = 400_000;

/** Packets in flight beyond which a new one has room for few events at first, since so many have few. */
const MANY = 2048;
const FEW_ROWS = 4;

/** The source of packets for outputs that show whole packets. */
export type Packets = Pick<PacketsInFlight, 'take' | 'rest' | 'held' | 'cut'>;

/** Collects the events of each packet in flight. */
export class PacketsInFlight {
  readonly #packets = new Map<number, PacketEvents>();
  #held = 0;
  #cut = 0;

  /**
   * Takes the rows. Returns the packets whose life has ended, and the oldest ones while more than `most`
   * events are held. Of a packet that has one row only, with its whole way, the row is the batch's.
   */
  take({ rows, count, rowSize }: Batch, most = MAX_HELD): PacketEvents[] {
    const complete: PacketEvents[] = [];
    const end = count * rowSize;
    let start = 0;
    while (start < end) {
      const number = packet(rows, start);
      if (isWay(rows, start) && isLast(rows, start) && !this.#packets.has(number)) {
        const events = PacketEvents.borrowing(rows, start, rowSize);
        events.isComplete = true;
        complete.push(events);
        start += rowSize;
        continue;
      }
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
    // One iterator for all: each new one would have to pass those that were removed before.
    for (const [number, events] of this.#packets) {
      if (this.#held <= most) break;
      complete.push(this.#remove(number, events));
      this.#cut++;
    }
    return complete;
  }

  /** The packets still in flight, in order of their first event; each is held until the next is requested. */
  *rest(): Generator<PacketEvents> {
    for (const [number, events] of this.#packets) {
      yield events;
      this.#remove(number, events);
    }
  }

  /** The packets in flight, in order of their first event. */
  all(): Iterable<PacketEvents> {
    return this.#packets.values();
  }

  /** Events held. */
  get held(): number {
    return this.#held;
  }

  /** Packets flushed before their end because too many events were held. */
  get cut(): number {
    return this.#cut;
  }

  #append(number: number, rows: DataView, rowSize: number, start: number, end: number): void {
    let events = this.#packets.get(number);
    if (events === undefined) {
      events = new PacketEvents(rowSize, this.#packets.size < MANY ? undefined : FEW_ROWS);
      this.#packets.set(number, events);
    }
    events.append(rows, start, end);
    this.#held += (end - start) / rowSize;
  }

  #remove(number: number, events: PacketEvents): PacketEvents {
    this.#packets.delete(number);
    this.#held -= events.size;
    return events;
  }
}
