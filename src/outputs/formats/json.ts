// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { dropJson } from '../../core/drop.js';
import type { Format } from '../../core/format.js';
import { jsonLine } from '../../core/line.js';
import { printableJson } from '../../core/printable.js';
import { relationJson } from '../../core/relation-line.js';

/** One JSON object per line. */
export const json: Format = {
  withTime: (lead, time) => ({
    lead: lead.flatMap((column) => (column.id === 'timestamp' ? [column, time] : [column])),
    last: [],
  }),
  beside: () => [],
  lines: ({ lead, fields, context }) => ({
    line: jsonLine([...lead, ...fields], context),
    calls: null,
    header: '',
  }),
  dropLine: (context, time) => dropJson(context, time),
  relationLine: (context, time) => relationJson(context, time),
  report: (packet, report) => {
    const object = typeof report === 'string' ? { text: report } : report;
    return `${printableJson(Object.assign({ packet }, object, { packet }))}\n`;
  },
};
