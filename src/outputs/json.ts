import { renderBatch } from '../core/batch.js';
import type { OutputDescriptor } from '../core/output.js';

/** One JSON object a line for each event, as it happens. */
export const json: OutputDescriptor = {
  id: 'json',
  description: 'one JSON object a line for each event, as it happens',
  format: 'json',
  live: true,
  lead: ['packet-id', 'timestamp', 'processor-id', 'module', 'function', 'is-return'],
  fields: ['len', 'gso-type', 'gso-size', 'gso-segs', 'mark'],
  create: ({ line }) => ({
    batch: (rows, count) => renderBatch(line, rows, count),
    results: () => [],
  }),
};
