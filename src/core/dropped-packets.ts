// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from './batch.js';
import type { DropKin } from './drop-kin.js';
import type { Lineage, Living } from './lineage.js';
import type { PacketEvents } from './packet-events.js';
import { MAX_HELD, PacketsInFlight, type Packets } from './packets-in-flight.js';
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
  /** null: relatives are not followed */
  readonly kin: DropKin | null;
}

/** A dropped clone or copy that has ended, while it is not known whether its data go on in its parent. */
interface Waiting {
  readonly events: PacketEvents;
  readonly living: Living;
}

/** Events of such packets that are held, beyond which the oldest is shown. */
const MOST_WAITING = MAX_HELD / 4;

/** Selects dropped packets among the packets in flight; all others are discarded at their end. */
export class DroppedPackets implements Packets {
  readonly #packets = new PacketsInFlight();
  readonly #kin = new WeakMap<PacketEvents, DropKin>();
  #waiting: Waiting[] = [];
  #waitingEvents = 0;
  #ended = 0;
  #omitted = 0;

  /**
   * @param isDropRow true for a row that reports a drop
   * @param lineage what is known of relatives; null: they are not followed
   * @param others called for each packet that is discarded, since it is not dropped
   */
  constructor(
    private readonly isDropRow: RowReader<boolean>,
    private readonly lineage: Lineage | null = null,
    private readonly others: (events: PacketEvents) => void = () => undefined,
  ) {}

  take(batch: Batch): PacketEvents[] {
    this.lineage?.take(batch);
    const ended = this.#packets.take(batch, MAX_HELD - this.#waitingEvents);
    if (this.lineage === null) return ended.filter((events) => this.#keep(events));
    return this.#judge(this.lineage, ended);
  }

  *rest(): Generator<PacketEvents> {
    const { lineage } = this;
    for (const { events, living } of this.#waiting) {
      if (this.#decide(events, living, this.#isLost(living, true) === true)) yield events;
      this.#waitingEvents -= events.size;
    }
    this.#waiting = [];
    for (const events of this.#packets.rest())
      if (lineage === null ? this.#keep(events) : this.#keepRelated(lineage, events)) yield events;
  }

  get held(): number {
    return this.#packets.held + this.#waitingEvents;
  }

  get cut(): number {
    return this.#packets.cut;
  }

  /** Events that take() and rest() have discarded. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Counts so far; a packet in flight counts as dropped if rest() would show it now. */
  counts(): DropCounts {
    let [packets, omitted] = [this.#ended, this.#omitted];
    const count = (events: PacketEvents, living?: Living): void => {
      const left = this.#leftOut(events);
      const isShown = left < events.size && this.#isLost(living, true) === true;
      if (isShown) packets++;
      omitted += isShown ? left : events.size;
    };
    for (const { events, living } of this.#waiting) count(events, living);
    for (const events of this.#packets.all()) count(events, this.lineage?.of(events));
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
      kin: this.#kin.get(events) ?? null,
    };
  }

  #keep(events: PacketEvents): boolean {
    const left = this.#leftOut(events);
    this.#omitted += left;
    const isDropped = left < events.size;
    if (isDropped) this.#ended++;
    else this.others(events);
    return isDropped;
  }

  /** As #keep() at the end of the trace, for packets whose relatives are followed. */
  #keepRelated(lineage: Lineage, events: PacketEvents): boolean {
    const living = lineage.of(events);
    return this.#isDropped(events) && this.#decide(events, living, this.#isLost(living, true) === true);
  }

  /** Those that are to be shown, among the packets that wait and those that have ended. */
  #judge(lineage: Lineage, ended: readonly PacketEvents[]): PacketEvents[] {
    const dropped = ended.filter((events) => this.#isDropped(events));
    const all = [...this.#waiting, ...dropped.map((events) => ({ events, living: lineage.of(events) }))];
    let over = this.#waitingEvents - MOST_WAITING;
    this.#waiting = [];
    this.#waitingEvents = 0;
    return all.flatMap((each) => {
      const { events, living } = each;
      const isLost = this.#isLost(living, over > 0);
      over -= events.size;
      if (isLost === null) {
        this.#waiting.push(each);
        this.#waitingEvents += events.size;
        return [];
      }
      return this.#decide(events, living, isLost) ? [events] : [];
    });
  }

  /** True if the packet is dropped; its events are left out if not. */
  #isDropped(events: PacketEvents): boolean {
    const isDropped = this.#leftOut(events) < events.size;
    if (!isDropped) this.#discard(events);
    return isDropped;
  }

  /** Counts a dropped packet as one that is shown, if its data are lost. */
  #decide(events: PacketEvents, living: Living, isLost: boolean): boolean {
    if (isLost) this.#keep(events);
    else this.#discard(events);
    if (isLost && this.lineage !== null) this.#kin.set(events, this.lineage.kinOf(living, events));
    return isLost;
  }

  #discard(events: PacketEvents): void {
    this.#omitted += events.size;
    this.others(events);
  }

  /** Whether the data of a dropped packet are lost: see Lineage.isLost(). */
  #isLost(living: Living | undefined, isOver: boolean): boolean | null {
    if (this.lineage === null || living === undefined) return true;
    return this.lineage.isLost(living, isOver);
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
