// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { text as textFormat } from './formats/text.js';
import { callTree } from './call-tree.js';
import type { OutputContext, OutputDescriptor } from '../core/output.js';
import type { PacketEvents } from '../core/packet-events.js';
import { packetOutput } from './packet-output.js';
import { PacketsInFlight } from '../core/packets-in-flight.js';
import { NEWLINE, TextBuffer } from '../core/text-buffer.js';

/** The line before a packet's group. */
const openingOf = ({ palette }: OutputContext): string => `${palette.dim('===')}\n`;

const NONE = new Uint32Array();

/** Writes a packet's group, one line per step. */
function* groupLines(events: PacketEvents, context: OutputContext, text: TextBuffer): Generator<void> {
  const { line, calls: callLines, drops } = context;
  const { calls, drops: ends } = drops?.packets.split(events) ?? { calls: events.byTime(), drops: NONE };
  text.string(openingOf(context));
  if (callLines === null) {
    for (const at of calls) {
      line(events.rows, at, text);
      text.character(NEWLINE);
      yield;
    }
  } else {
    const tree = callTree(events.rows, calls, callLines, text);
    while (tree.next().done !== true) {
      text.character(NEWLINE);
      yield;
    }
  }
  for (const at of ends) {
    drops?.line(events.rows, at, text);
    text.character(NEWLINE);
  }
}

/**
 * A group of lines per packet, with its events in order of time, printed when the packet's life has ended.
 */
export const aggregate: OutputDescriptor = {
  id: 'aggregate',
  description: 'a group of lines for each packet, when its life has ended',
  format: textFormat,
  live: true,
  needsEnds: true,
  showsDrops: true,
  lead: ['timestamp', 'processor-id', 'function'],
  graphLead: ['timestamp', 'processor-id'],
  fields: ['len', 'gso-type'],
  create: (context) => {
    const text = new TextBuffer();
    const packets = context.drops?.packets ?? new PacketsInFlight();
    return packetOutput(packets, (events) => groupLines(events, context, text), text, openingOf(context));
  },
};
