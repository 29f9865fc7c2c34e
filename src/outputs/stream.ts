import { renderBatch } from '../core/batch.js';
import type { OutputDescriptor } from '../core/output.js';

/** A line for each event as it happens, with the packet's number in front. */
export const stream: OutputDescriptor = {
  id: 'stream',
  description: "a line for each event as it happens, behind its packet's number (#1, #2 ...)",
  format: 'text',
  live: true,
  lead: ['packet-number', 'timestamp', 'processor-id', 'function'],
  fields: ['len', 'gso-type'],
  create: ({ line, header, terminal, palette }) => {
    let title = terminal ? `${palette.dim(header)}\n` : '';
    return {
      batch: (rows, count) => {
        const text = title + renderBatch(line, rows, count);
        title = '';
        return text;
      },
      results: () => [],
    };
  },
};
