import type { Batch } from '../../core/batch.js';
import type { PacketEvents } from '../../core/packet-events.js';
import { PacketsInFlight } from '../../core/packets-in-flight.js';
import { isHidden } from '../../core/row.js';
import type { Consumer } from '../consumer.js';
import type { Loss } from '../losses.js';
import type { Decode } from './decode.js';
import { RowQueue } from './row-queue.js';
import type { EventLead, TraceEvent } from './events.js';
import type { TracePacket } from './types.js';

/** From row `first` on. */
const countShown = ({ rows, count, rowSize }: Batch, first = 0): number => {
  let shown = 0;
  for (let row = first; row < count; row++) if (!isHidden(rows, row * rowSize)) shown++;
  return shown;
};

/** Hands events to the loop of a script, as fast as that takes them. */
export class LoopConsumer<Event extends EventLead = TraceEvent> implements Consumer {
  readonly tellsEnds = true;
  readonly fillsTerminal = false;
  readonly drops = null;
  readonly broken: Promise<null>;
  readonly #queue = new RowQueue();
  #dropped = 0;
  #cut = 0;
  #taken = 0;
  #hasLeft = false;
  #leave: (left: null) => void = () => undefined;

  constructor() {
    this.broken = new Promise((resolve) => (this.#leave = resolve));
  }

  take(batch: Batch, events: number): void {
    this.#taken += events;
    if (this.#hasLeft) this.#dropped += events;
    else this.#queue.put(batch);
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
    return this.#cut;
  }

  backlog(): Loss | null {
    if (this.#dropped === 0) return null;
    return { text: `${this.#dropped} of ${this.#taken} events were not read: the loop was left` };
  }

  finish(): Promise<null> {
    this.end();
    return Promise.resolve(null);
  }

  /** The loop gets what is there, and then ends. */
  end(): void {
    this.#queue.close();
  }

  /** The loop was left: events are of no use any more. */
  leave(): void {
    this.#hasLeft = true;
    this.#queue.close();
    for (const batch of this.#queue.clear()) this.#dropped += countShown(batch);
    this.#leave(null);
  }

  async *events(decode: Decode<Event>): AsyncGenerator<Event, void, undefined> {
    for (let batch = await this.#queue.take(); batch !== null; batch = await this.#queue.take()) {
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

  async *packets(decode: Decode<Event>): AsyncGenerator<TracePacket<Event>, void, undefined> {
    const inFlight = new PacketsInFlight();
    let unread = 0;
    try {
      for (let batch = await this.#queue.take(); batch !== null; batch = await this.#queue.take()) {
        // What comes behind the end of the trace, and its summary, is in memory anyway.
        const ended = this.#queue.isClosed ? inFlight.take(batch, Infinity) : inFlight.take(batch);
        this.#cut = inFlight.cut;
        unread = ended.reduce((sum, { size }) => sum + size, 0);
        for (const events of ended) {
          unread -= events.size;
          yield packetOf(events, decode);
        }
      }
      for (const events of inFlight.rest()) {
        unread = -events.size; // it counts as held while the script has it
        yield packetOf(events, decode);
        unread = 0;
      }
    } finally {
      this.#dropped += unread + inFlight.held;
    }
  }
}

function packetOf<Event extends EventLead>(rows: PacketEvents, decode: Decode<Event>): TracePacket<Event> {
  const { rowSize } = rows;
  const decoded = decode({ rows: rows.rows, count: rows.size, rowSize });
  const events = Array.from(rows.byTime(), (at) => decoded[at / rowSize]).filter(
    (event) => event !== undefined,
  );
  const { packet = 0, packet_id = '' } = events[0] ?? {};
  return { packet, packet_id, events, complete: rows.isComplete };
}
