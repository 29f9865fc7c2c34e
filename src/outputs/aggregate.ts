import type { Batch } from '../core/batch.js';
import { callTree } from '../core/call-tree.js';
import type { OutputContext, OutputDescriptor } from '../core/output.js';
import { PacketEvents } from '../core/packet-events.js';
import { isHidden, isLast, packet } from '../core/row.js';
import { NEWLINE, TextBuffer } from '../core/text-buffer.js';

/** Events of packets in flight that are held; beyond it the oldest packet's are printed as they are. */
const MAX_HELD = 400_000;
const PIECE_BYTES = 64 * 1024;

/** The packets in flight, each with its events. */
class PacketsInFlight {
  readonly #packets = new Map<number, PacketEvents>();
  #held = 0;

  constructor(private readonly rowSize: number) {}

  /** Takes the rows, and returns those packets whose life has ended. */
  take({ rows, count, rowSize }: Batch): PacketEvents[] {
    const complete: PacketEvents[] = [];
    const end = count * rowSize;
    let start = 0;
    while (start < end) {
      const number = packet(rows, start);
      let at = start;
      let ended = false;
      for (; at < end && !ended && packet(rows, at) === number && !isHidden(rows, at); at += rowSize)
        ended = isLast(rows, at);
      if (at > start) this.#append(number, rows, start, at);
      else {
        ended = isLast(rows, at);
        at += rowSize;
      }
      const events = ended ? this.#packets.get(number) : undefined;
      if (events !== undefined) complete.push(this.#remove(number, events));
      start = at;
    }
    while (this.#held > MAX_HELD) complete.push(this.#removeOldest());
    return complete;
  }

  /** The packets that still are in flight, in order of their first event; each is held until the next is asked for. */
  *rest(): Generator<PacketEvents> {
    while (this.#packets.size > 0) {
      yield this.#oldest()[1];
      this.#removeOldest();
    }
  }

  /** events */
  get held(): number {
    return this.#held;
  }

  #append(number: number, rows: DataView, start: number, end: number): void {
    let events = this.#packets.get(number);
    if (events === undefined) this.#packets.set(number, (events = new PacketEvents(this.rowSize)));
    events.append(rows, start, end);
    this.#held += (end - start) / this.rowSize;
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

/** The line in front of a packet's group. */
const openingOf = ({ palette }: OutputContext): string => `${palette.dim('===')}\n`;

/** Writes a packet's group, a line at each step. */
function* groupLines(events: PacketEvents, context: OutputContext, text: TextBuffer): Generator<void> {
  const { line, calls } = context;
  text.string(openingOf(context));
  const offsets = events.byTime();
  if (calls === null) {
    for (const at of offsets) {
      line(events.rows, at, text);
      text.character(NEWLINE);
      yield;
    }
  } else {
    const tree = callTree(events.rows, offsets, calls, text);
    while (tree.next().done !== true) {
      text.character(NEWLINE);
      yield;
    }
  }
}

function* printRest(
  packets: PacketsInFlight,
  context: OutputContext,
  text: TextBuffer,
): Generator<Uint8Array> {
  for (const events of packets.rest()) {
    const lines = groupLines(events, context, text);
    while (lines.next().done !== true) if (text.size > PIECE_BYTES) yield text.take();
  }
  if (text.size > 0) yield text.take();
}

/** A group of lines for each packet, events in order of time, as soon as the packet's life has ended. */
export const aggregate: OutputDescriptor = {
  id: 'aggregate',
  description: 'a group of lines for each packet, when the packet is gone',
  format: 'text',
  live: true,
  tellsEnds: true,
  lead: ['timestamp', 'processor-id', 'function'],
  graphLead: ['timestamp', 'processor-id'],
  fields: ['len', 'gso-type'],
  create: (context) => {
    const packets = new PacketsInFlight(context.rowSize);
    const text = new TextBuffer();
    return {
      opening: openingOf(context),
      batch: (batch) => {
        for (const events of packets.take(batch)) {
          const lines = groupLines(events, context, text);
          while (lines.next().done !== true);
        }
        return text.take();
      },
      results: () => printRest(packets, context, text),
      get held() {
        return packets.held;
      },
    };
  },
};
