// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { json as jsonFormat } from './formats/json.js';
import { kinship } from '../columns/kinship.js';
import { renderBatch } from '../core/batch.js';
import type { DropsContext, Output, OutputContext, OutputDescriptor } from '../core/output.js';
import type { PacketEvents } from '../core/packet-events.js';
import { printableJson } from '../core/printable.js';
import { wholeOutput } from './whole-output.js';
import type { Summary } from '../core/summary.js';
import { NEWLINE, TextBuffer } from '../core/text-buffer.js';

function* summaryLine(summary?: Summary): Generator<string> {
  if (summary !== undefined) yield `${printableJson({ summary })}\n`;
}

/**
 * Writes the lines of each dropped packet when it is freed, followed by a line that says where and why it was
 * dropped.
 */
function dropsOutput(
  { line, eventsOnly }: Pick<OutputContext, 'line' | 'eventsOnly'>,
  { packets, line: dropLine }: DropsContext,
  text: TextBuffer,
): Output {
  function* linesOf(events: PacketEvents): Generator<void> {
    const { calls, drops, kin } = packets.split(events);
    for (const at of calls) {
      line(events.rows, at, text);
      text.character(NEWLINE);
      yield;
    }
    if (eventsOnly) return;
    for (const at of drops) {
      dropLine(events.rows, at, text, kin);
      text.character(NEWLINE);
    }
  }
  const output = wholeOutput(packets, linesOf, text);
  return {
    batch: (batch) => output.batch(batch),
    *results(summary) {
      yield* output.results();
      if (!eventsOnly) yield* summaryLine(summary);
    },
    get held() {
      return output.held;
    },
    get cut() {
      return output.cut;
    },
  };
}

/** One JSON object per event, one per line, as it happens; the last line is the trace's summary. */
export const json: OutputDescriptor = {
  id: 'json',
  description: 'one JSON object a line for each event, as it happens',
  format: jsonFormat,
  live: true,
  needsEnds: false,
  showsDrops: true,
  lead: ['packet-id', 'packet-number', 'timestamp', 'processor-id', 'module', 'function', 'is-return'],
  graphLead: [
    'packet-id',
    'packet-number',
    'timestamp',
    'processor-id',
    'module',
    'function',
    'is-return',
    'duration',
    'tid',
  ],
  kin: [kinship],
  fields: ['len', 'gso-type', 'gso-size', 'gso-segs', 'mark'],
  create: ({ line, drops, relation, eventsOnly }) => {
    const text = new TextBuffer();
    if (drops !== null) return dropsOutput({ line, eventsOnly }, drops, text);
    return {
      batch: (batch) => {
        renderBatch(line, batch, text, eventsOnly ? null : relation);
        return text.take();
      },
      results: eventsOnly ? () => [] : summaryLine,
      held: 0,
      cut: 0,
    };
  },
};
