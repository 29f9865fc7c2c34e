// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { printable } from '../../core/printable.js';
import { releasing, type Cell, type Column, type ColumnContext } from '../../core/column.js';
import { inOrder } from '../../core/kept-text.js';
import { madeOf } from '../../core/source.js';

const COMMA = 0x2c;
const QUOTE = 0x22;
const ZERO = 0x30;
const NINE = 0x39;
/** First characters of `true` and `false`, which CSV and JSON write alike. */
const [T, F] = [0x74, 0x66];
/** That of `null`, which CSV leaves out. */
const N = 0x6e;

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * A CSV field (RFC 4180) for a JSON value. Line breaks and other control characters keep their JSON escapes,
 * so that each record is one line.
 */
export function csvField(json: string): string {
  const value: unknown = JSON.parse(json);
  if (value === null || json === '{}') return '';
  const text = typeof value === 'string' ? value : json;
  const oneLine = printable(text);
  return /[",]/.test(oneLine) || oneLine !== text ? quoted(oneLine) : oneLine;
}

/** Makes a CSV field (RFC 4180) from a cell that writes `skipped` bytes and then a JSON value. */
function csvCell(json: Cell, skipped: number): Cell {
  return madeOf(json.source, (rows, at, text) => {
    const start = text.size + skipped;
    json(rows, at, text);
    const first = text.byteAt(start);
    if ((first >= ZERO && first <= NINE) || first === T || first === F) return;
    if (first === N) text.cut(start);
    else if (first !== QUOTE || !text.unquote(start, COMMA)) text.string(csvField(text.cutString(start)));
  });
}

/** A cell that writes a line of CSV, without the newline: the JSON value of each column. */
export function csvLine(columns: readonly Column[], context: ColumnContext): Cell {
  const bound = columns.map((column) => column.bind(context));
  const cells = bound.map(({ json }, index) => {
    const comma = index === 0 ? '' : ',';
    return csvCell(json(comma), comma.length);
  });
  return releasing(inOrder(cells), bound);
}

/** The header of CSV: the columns' names in JSON. */
export const csvHeader = (columns: readonly Column[]): string =>
  columns.map(({ key }) => csvField(JSON.stringify(key))).join(',');
