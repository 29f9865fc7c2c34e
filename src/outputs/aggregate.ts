import { callTree } from '../core/call-tree.js';
import type { OutputContext, OutputDescriptor } from '../core/output.js';
import type { PacketEvents } from '../core/packet-events.js';
import { PacketsInFlight } from '../core/packets-in-flight.js';
import { NEWLINE, TextBuffer } from '../core/text-buffer.js';

const PIECE_BYTES = 64 * 1024;

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
    const packets = new PacketsInFlight();
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
