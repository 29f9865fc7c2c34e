// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { duration } from '../../columns/duration.js';
import { functionColumn } from '../../columns/function.js';
import { callLines, type CallLines } from '../../core/call-line.js';
import type { Column } from '../../core/column.js';
import { dropText } from '../../core/drop.js';
import type { Format, LineParts } from '../../core/format.js';
import { fieldsText, headerLine, leadText, textLine } from '../../core/line.js';
import { printableJson, printableLines } from '../../core/printable.js';

/** Title of the calls in the header; calls are indented rather than aligned. */
const CALL: Column = { ...functionColumn, header: '| FUNCTION', width: 0 };

function linesOfCalls({ lead, fields, context, palette }: LineParts): CallLines {
  return callLines(
    {
      lead: leadText(lead, context, palette),
      duration: { text: duration.bind(context).text, width: duration.width },
      name: functionColumn.bind(context),
      fields: fieldsText(fields, context),
    },
    palette,
  );
}

/** Lines for people: columns, then the fields in parentheses. */
export const text: Format = {
  withTime: (lead, time) => ({
    lead: lead.map((column) => (column.id === 'timestamp' ? time : column)),
    last: [],
  }),
  beside: (returns) => (returns ? [duration, functionColumn] : []),
  lines: (parts) => {
    const { lead, fields, context, palette, returns } = parts;
    return {
      line: textLine(lead, fields, context, palette),
      calls: returns ? linesOfCalls(parts) : null,
      header: headerLine(returns ? [...lead, duration, CALL] : lead, fields),
    };
  },
  dropLine: (context) => dropText(context),
  relationLine: () => null,
  report: (_, report) =>
    typeof report === 'string' ? printableLines(report).replace(/\n?$/, '\n') : `${printableJson(report)}\n`,
};
