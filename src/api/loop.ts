// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import type { DropCounts } from '../core/dropped-packets.js';
import { PacketEvents } from '../core/packet-events.js';
import { PacketsInFlight } from '../core/packets-in-flight.js';
import { isHidden } from '../core/row.js';
import type { Consumer, Loss } from '../core/consumer.js';
import type { Decode } from '../results/decode.js';
import type { EventLead, TraceEvent } from '../columns/event-types.js';
import type { DropsShown } from './drops-shown.js';
import { RowQueue, type Item } from './row-queue.js';
import type { TracePacket } from './types.js';

/** Number of rows, from row `first` on, that are not hidden. */
const countShown = ({ rows, count, rowSize }: Batch, first = 0): number => {
  let shown = 0;
  for (let row = first; row < count; row++) if (!isHidden(rows, row * rowSize)) shown++;
  return shown;
};

/** Hands events to a script's loop at the pace of the loop. */
export class LoopConsumer<Event extends EventLead = TraceEvent> implements Consumer {
  readonly name = 'the loop';
  readonly fillsTerminal = false;
  readonly broken: Promise<null>;
  readonly #queue = new RowQueue();
  #shown: DropsShown | null = null;
  #dropped = 0;
  #cut = 0;
  #taken = 0;
  #hasLeft = false;
  #leave: (left: null) => void = () => undefined;

  constructor() {
    this.broken = new Promise((resolve) => (this.#leave = resolve));
  }

  /** Called before the first event: from now on only dropped packets are shown. */
  showDrops(shown: DropsShown): void {
    this.#shown = shown;
  }

  take(batch: Batch, events: number): void {
    this.#taken += events;
    if (this.#hasLeft) this.#dropped += events;
    else if (this.#shown === null) this.#queue.putBatch(batch);
    else for (const packet of this.#shown.packets.take(batch)) this.#queue.put(packet);
  }

  get full(): boolean {
    return this.#queue.full;
  }

  drained(): Promise<void> {
    return this.#queue.room();
  }

  get dropped(): number {
    return this.#dropped;
  }

  get cut(): number {
    return this.#shown?.packets.cut ?? this.#cut;
  }

  get drops(): DropCounts | null {
    return this.#shown?.packets.counts() ?? null;
  }

  backlog(): Loss[] {
    if (this.#dropped === 0) return [];
    return [{ text: `${this.#dropped} of ${this.#taken} events were not read: the loop was left` }];
  }

  finish(): Promise<null> {
    for (const packet of this.#shown?.packets.rest() ?? []) this.#queue.put(packet);
    this.end();
    return Promise.resolve(null);
  }

  /** The loop gets what is queued, and then ends. */
  end(): void {
    this.#queue.close();
  }

  /** The script has left the loop: events are discarded from now on. */
  leave(): void {
    this.#hasLeft = true;
    this.#queue.close();
    for (const item of this.#queue.clear()) this.#dropped += this.#countShown(item);
    this.#dropped += this.#shown?.packets.shownInFlight ?? 0;
    this.#leave(null);
  }

  #countShown(item: Item): number {
    return item instanceof PacketEvents ? (this.#shown?.count(item) ?? 0) : countShown(item);
  }

  /** The next batch of rows, for queues that hold batches rather than packets. */
  async #takeBatch(): Promise<Batch | null> {
    const item = await this.#queue.take();
    if (item instanceof PacketEvents) throw new Error('a packet among the batches');
    return item;
  }

  async *events(decode: Decode<Event>): AsyncGenerator<Event, void, undefined> {
    for (let batch = await this.#takeBatch(); batch !== null; batch = await this.#takeBatch()) {
      const events = decode(batch);
      let read = 0;
      try {
        for (const event of events) {
          const hidden = isHidden(batch.rows, read++ * batch.rowSize);
          if (!hidden) yield event;
        }
      } finally {
        this.#dropped += countShown(batch, read);
      }
    }
  }

  packets(decode: Decode<Event>): AsyncGenerator<TracePacket<Event>, void, undefined> {
    return this.#shown === null ? this.#allPackets(decode) : this.#droppedPackets(decode, this.#shown);
  }

  async *#allPackets(decode: Decode<Event>): AsyncGenerator<TracePacket<Event>, void, undefined> {
    const inFlight = new PacketsInFlight();
    let unread = 0;
    try {
      for (let batch = await this.#takeBatch(); batch !== null; batch = await this.#takeBatch()) {
        // After the end of the trace everything is in memory anyway, so no packet has to be flushed early.
        const ended = this.#queue.isClosed ? inFlight.take(batch, Infinity) : inFlight.take(batch);
        this.#cut = inFlight.cut;
        unread = ended.reduce((sum, { size }) => sum + size, 0);
        for (const events of ended) {
          unread -= events.size;
          yield packetOf(events, events.byTime(), decode);
        }
      }
      for (const events of inFlight.rest()) {
        unread = -events.size; // while the script works on it, the packet counts as held
        yield packetOf(events, events.byTime(), decode);
        unread = 0;
      }
    } finally {
      this.#dropped += unread + inFlight.held;
    }
  }

  async *#droppedPackets(
    decode: Decode<Event>,
    { packets, dropOf }: DropsShown,
  ): AsyncGenerator<TracePacket<Event>, void, undefined> {
    for (let item = await this.#queue.take(); item !== null; item = await this.#queue.take()) {
      if (!(item instanceof PacketEvents)) throw new Error('a batch among the packets');
      const { rows } = item;
      const { calls, drops, kin } = packets.split(item);
      yield packetOf(
        item,
        calls,
        decode,
        Array.from(drops, (at) => dropOf(rows, at, kin)),
      );
    }
  }
}

/** Makes a packet's object; `calls`: offsets of its events. */
function packetOf<Event extends EventLead>(
  { rows, rowSize, size, isComplete }: PacketEvents,
  calls: Uint32Array,
  decode: Decode<Event>,
  drops: TracePacket['drops'] = [],
): TracePacket<Event> {
  const decoded = decode({ rows, count: size, rowSize });
  const events = Array.from(calls, (at) => decoded[at / rowSize]).filter((event) => event !== undefined);
  const { packet = 0, packet_id = '' } = decoded[0] ?? {};
  return { packet, packet_id, events, drops, complete: isComplete };
}
