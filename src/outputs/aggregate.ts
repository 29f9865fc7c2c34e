// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { text as textFormat } from './formats/text.js';
import { callTree } from './call-tree.js';
import type { DroppedPacket } from '../core/dropped-packets.js';
import { FamiliesInFlight } from '../core/families-in-flight.js';
import { familyLines } from './family-tree.js';
import type { Batch } from '../core/batch.js';
import { kinshipText } from '../columns/kinship.js';
import type { OutputContext, OutputDescriptor } from '../core/output.js';
import type { PacketEvents } from '../core/packet-events.js';
import { wholeOutput } from './whole-output.js';
import { PacketsInFlight } from '../core/packets-in-flight.js';
import { forgetOldest } from '../core/oldest.js';
import { isRelation, parent } from '../core/relation.js';
import { packet } from '../core/row.js';
import { NEWLINE, TextBuffer } from '../core/text-buffer.js';

/** What the line before a packet's group begins with. */
const OPENING = '===';

/** Packets that had a relation, as far as they are remembered: some are never shown. */
const MOST_RELATED = 100_000;

/** Numbers of packets that are parents, or took data of others, from the rows that report relations. */
class Related {
  readonly #numbers = new Set<number>();

  take({ rows, count, rowSize }: Batch): void {
    for (let at = 0; at < count * rowSize; at += rowSize)
      if (isRelation(rows, at)) this.#numbers.add(parent(rows, at)).add(packet(rows, at));
    forgetOldest(this.#numbers, MOST_RELATED);
  }

  /** True if the packet is one; it is then forgotten. */
  remove(number: number): boolean {
    return this.#numbers.delete(number);
  }
}

/** The line before a packet's group: `===`, if it has relatives `=== #12`. */
function openingLine({ rows }: PacketEvents, context: OutputContext, related: Related): string {
  if (!context.follows) return `${context.palette.dim(OPENING)}\n`;
  const number = packet(rows, 0);
  const hasRelatives = related.remove(number);
  const kinship = kinshipText(rows, 0);
  const kin = kinship === '' ? '' : `: ${kinship}`;
  const name = hasRelatives || kin !== '' ? ` #${number}${kin}` : '';
  return `${context.palette.dim(`${OPENING}${name}`)}\n`;
}

const allOf = (events: PacketEvents): DroppedPacket => ({
  ...{ calls: events.byTime(), drops: new Uint32Array() },
  kin: null,
});

/** Writes a packet's group, one line per step. */
function* groupLines(
  events: PacketEvents,
  context: OutputContext,
  text: TextBuffer,
  related: Related,
): Generator<void> {
  const { line, calls: callLines, drops } = context;
  const { calls, drops: ends, kin } = drops?.packets.split(events) ?? allOf(events);
  text.string(openingLine(events, context, related));
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
    drops?.line(events.rows, at, text, kin);
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
  kin: [],
  fields: ['len', 'gso-type'],
  create: (context) => {
    const text = new TextBuffer();
    const [opening] = context.palette.dim(`${OPENING}\0`).split('\0');
    if (context.families)
      return wholeOutput(
        new FamiliesInFlight(),
        (family) => familyLines(family, context, text),
        text,
        opening,
      );
    const packets = context.drops?.packets ?? new PacketsInFlight();
    const related = new Related();
    const output = wholeOutput(
      packets,
      (events) => groupLines(events, context, text, related),
      text,
      opening,
    );
    if (!context.follows) return output;
    return {
      ...output,
      batch: (batch) => {
        related.take(batch);
        return output.batch(batch);
      },
      get held() {
        return output.held;
      },
      get cut() {
        return output.cut;
      },
    };
  },
};
