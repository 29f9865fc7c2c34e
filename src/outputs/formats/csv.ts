// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { csvHeader, csvLine } from './csv-lines.js';
import { dropText } from '../../core/drop.js';
import type { Format } from '../../core/format.js';

/** Comma-separated values: every line after the header is an event. */
export const csv: Format = {
  withTime: (lead, time) => ({ lead, last: [time] }),
  beside: () => [],
  lines: ({ lead, fields, last, context }) => {
    const all = [...lead, ...fields, ...last];
    return { line: csvLine(all, context), calls: null, header: csvHeader(all) };
  },
  dropLine: (context) => dropText(context),
  relationLine: () => null,
  report: () => null,
};
