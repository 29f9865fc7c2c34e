import { renderBatch } from '../core/batch.js';
import type { OutputDescriptor } from '../core/output.js';
import { TextBuffer } from '../core/text-buffer.js';

/** One JSON object a line for each event, as it happens; the last one is the trace's summary. */
export const json: OutputDescriptor = {
  id: 'json',
  description: 'one JSON object a line for each event, as it happens',
  format: 'json',
  live: true,
  tellsEnds: false,
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
  fields: ['len', 'gso-type', 'gso-size', 'gso-segs', 'mark'],
  create: ({ line }) => {
    const text = new TextBuffer();
    return {
      batch: (batch) => {
        renderBatch(line, batch, text);
        return text.take();
      },
      results: (summary) => (summary === undefined ? [] : [`${JSON.stringify({ summary })}\n`]),
      held: 0,
    };
  },
};
