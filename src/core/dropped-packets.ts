// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from './batch.js';
import type { PacketEvents } from './packet-events.js';
import { PacketsInFlight, type Packets } from './packets-in-flight.js';
import { isDrop, type RowReader } from './row.js';

/** Counts of a trace with --drops, including packets that are still in flight. */
export interface DropCounts {
  /** dropped packets */
  readonly packets: number;
  /** events of packets that were not dropped, which are not shown */
  readonly omitted: number;
}

/** A dropped packet: offsets of the rows of its calls and of its drops, in order of time. */
export interface DroppedPacket {
  readonly calls: Uint32Array;
  readonly drops: Uint32Array;
}

/** Selects dropped packets among the packets in flight; all others are discarded at their end. */
export class DroppedPackets implements Packets {
  readonly #packets = new PacketsInFlight();
  #ended = 0;
  #omitted = 0;

  /** @param isDropRow true for a row that reports a drop */
  constructor(private readonly isDropRow: RowReader<boolean>) {}

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

  /** Events that take() and rest() have discarded. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Counts so far; a packet in flight counts as dropped if it has a drop by now. */
  counts(): DropCounts {
    let [packets, omitted] = [this.#ended, this.#omitted];
    for (const events of this.#packets.all()) {
      const left = this.#leftOut(events);
      if (left < events.size) packets++;
      omitted += left;
    }
    return { packets, omitted };
  }

  /** Events of packets in flight that will be shown, as known so far. */
  get shownInFlight(): number {
    return this.held - (this.counts().omitted - this.#omitted);
  }

  /** Splits the events of a packet into calls and drops. */
  split(events: PacketEvents): DroppedPacket {
    const offsets = events.byTime();
    return {
      calls: offsets.filter((at) => !isDrop(events.rows, at)),
      drops: offsets.filter((at) => this.isDropRow(events.rows, at)),
    };
  }

  #keep(events: PacketEvents): boolean {
    const left = this.#leftOut(events);
    this.#omitted += left;
    const isDropped = left < events.size;
    if (isDropped) this.#ended++;
    return isDropped;
  }

  /** Number of events that are not shown: all of them if the packet is not dropped. */
  #leftOut({ rows, rowSize, size }: PacketEvents): number {
    let [drops, others] = [0, 0];
    for (let at = 0; at < size * rowSize; at += rowSize) {
      if (!isDrop(rows, at)) continue;
      if (this.isDropRow(rows, at)) drops++;
      else others++;
    }
    return drops === 0 ? size : others;
  }
}
