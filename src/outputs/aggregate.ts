import { groupEvents } from '../core/event-groups.js';
import { EventStore } from '../core/event-store.js';
import type { OutputContext, OutputDescriptor } from '../core/output.js';

const LINES_A_PIECE = 1024;

function* printGroups(store: EventStore, { line, palette }: OutputContext): Generator<string> {
  const { order, groupStarts } = groupEvents(store);
  const separator = `${palette.dim('===')}\n`;
  let piece = '';
  let group = 0;
  for (let position = 0; position < order.length; position++) {
    if (position === groupStarts[group]) {
      piece += separator;
      group++;
    }
    const event = order[position] ?? 0;
    piece += `${line(store.rows(event), store.offset(event))}\n`;
    if ((position + 1) % LINES_A_PIECE === 0) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

/** A group of lines for each packet, at the end: groups in order of their first event, events in order of time. */
export const aggregate: OutputDescriptor = {
  id: 'aggregate',
  description: 'at the end of the trace, a group of lines for each packet',
  format: 'text',
  live: false,
  lead: ['timestamp', 'processor-id', 'function'],
  fields: ['len', 'gso-type'],
  create: (context) => {
    const store = new EventStore();
    return {
      batch: (rows, count) => {
        store.append(rows, count);
        return '';
      },
      results: () => printGroups(store, context),
    };
  },
};
