// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Cell, Column, ColumnContext } from './column.js';
import { family, parent, parentBytes, partOf, relation } from './relation.js';
import { reportJson } from './report-line.js';
import type { RowReader } from './row.js';

const membersOf: RowReader<object> = (rows, at) => ({
  relation: relation(rows, at),
  parent: parent(rows, at),
  family: family(rows, at),
  ...partOf(rows, at),
  bytes: parentBytes(rows, at),
});

/** `{"relation":{...}}`; see reportJson(). */
export function relationJson(context: ColumnContext, time: Column | null): Cell {
  const write = reportJson('relation', context, time);
  return (rows, at, text) => write(rows, at, text, membersOf(rows, at));
}
