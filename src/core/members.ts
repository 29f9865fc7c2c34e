// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Column, ColumnContext, Value } from './column.js';

/** Values by the names that JSON has for them. */
export type Members = Record<string, Value>;

/** Sets members from a row. */
export type Fill = (members: Members, rows: DataView, at: number) => void;

/** Returns what sets the members that JSON has of a column. */
export function fillOf(column: Column, context: ColumnContext): Fill {
  const { key, ownNames } = column;
  const { value, shown } = column.bind(context);
  const fill: Fill =
    ownNames === true
      ? (members, rows, at) => Object.assign(members, value(rows, at))
      : (members, rows, at) => (members[key] = value(rows, at));
  if (shown === undefined) return fill;
  return (members, rows, at) => {
    fill(members, rows, at);
    shown(rows, at);
  };
}
