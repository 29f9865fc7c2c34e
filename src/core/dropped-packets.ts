// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from './batch.js';
import type { PacketEvents } from './packet-events.js';
import { PacketsInFlight, type Packets } from './packets-in-flight.js';
import { isDrop, type RowReader } from './row.js';

/** What a trace with --drops has shown, or will. */
export interface DropCounts {
  /** packets that were dropped */
  readonly packets: number;
  /** events of all the others, which are not shown */
  readonly omitted: number;
}

/** The events of a packet, as offsets in its rows, in order of time. */
export interface DroppedPacket {
  readonly calls: Uint32Array;
  readonly drops: Uint32Array;
}

/** Of the packets in flight those that are dropped; the others end without being seen. */
export class DroppedPackets implements Packets {
  readonly #packets = new PacketsInFlight();
  #ended = 0;
  #omitted = 0;

  /** @param tellsOfDrop whether a row does */
  constructor(private readonly tellsOfDrop: RowReader<boolean>) {}

  take(batch: Batch): PacketEvents[] {
    return this.#packets.take(batch).filter((events) => this.#keep(events));
  }

  *rest(): Generator<PacketEvents> {
    for (const events of this.#packets.rest()) if (this.#keep(events)) yield events;
  }

  get held(): number {
    return this.#packets.held;
  }

  get cut(): number {
    return this.#packets.cut;
  }

  /** Events that take() and rest() have left out. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Those still in flight as far as they have come. */
  counts(): DropCounts {
    let [packets, omitted] = [this.#ended, this.#omitted];
    for (const events of this.#packets.all()) {
      const left = this.#leftOut(events);
      if (left < events.size) packets++;
      omitted += left;
    }
    return { packets, omitted };
  }

  /** Events in flight that will be shown, as far as packets have come. */
  get shownInFlight(): number {
    return this.held - (this.counts().omitted - this.#omitted);
  }

  /** What there is to show of one of them. */
  split(events: PacketEvents): DroppedPacket {
    const offsets = events.byTime();
    return {
      calls: offsets.filter((at) => !isDrop(events.rows, at)),
      drops: offsets.filter((at) => this.tellsOfDrop(events.rows, at)),
    };
  }

  #keep(events: PacketEvents): boolean {
    const left = this.#leftOut(events);
    this.#omitted += left;
    const isDropped = left < events.size;
    if (isDropped) this.#ended++;
    return isDropped;
  }

  /** How many of the events are not shown: all if the packet is not dropped. */
  #leftOut({ rows, rowSize, size }: PacketEvents): number {
    let [drops, others] = [0, 0];
    for (let at = 0; at < size * rowSize; at += rowSize) {
      if (!isDrop(rows, at)) continue;
      if (this.tellsOfDrop(rows, at)) drops++;
      else others++;
    }
    return drops === 0 ? size : others;
  }
}
