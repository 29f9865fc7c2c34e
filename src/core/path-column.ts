// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { KernelPath, Read } from './reads.js';
import type { Column } from './column.js';
import { valueCell } from './memo.js';
import { NOTHING, smallReader, valueFormats, whereThere } from './value.js';

/**
 * A column that shows the value of a path of the kernel's types. `paths`: alternatives; the first that this
 * kernel has is used.
 */
export function pathColumn(
  column: Pick<Column, 'id' | 'key'>,
  ...paths: readonly [string, ...KernelPath[]]
): Column {
  const read: Read = { kind: 'path', paths };
  return {
    width: 0,
    header: column.key,
    description: paths[0],
    ...column,
    reads: [read],
    bind: (context) => valueFormats(context.captured(read), context),
  };
}

/** A column for a number of at most 4 bytes: hex for people, a number in JSON. */
export function hexColumn(column: Pick<Column, 'id' | 'key'>, path: string): Column {
  return formattedColumn(column, path, {
    text: (value) => `0x${value.toString(16)}`,
    value: (value) => value,
  });
}

/** How a column writes a number. */
export interface NumberFormat {
  readonly text: (value: number) => string;
  /** for JSON and scripts */
  readonly value: (value: number) => string | number;
}

/** A column for a number of at most 4 bytes with its own formatting. */
export function formattedColumn(
  column: Pick<Column, 'id' | 'key'>,
  path: string,
  format: NumberFormat,
): Column {
  const read: Read = { kind: 'path', paths: [path] };
  return {
    width: 0,
    header: column.key,
    description: path,
    ...column,
    reads: [read],
    bind: (context) => {
      const captured = context.captured(read);
      const number = smallReader(captured);
      return {
        text: whereThere(captured, valueCell(number, format.text), NOTHING),
        json: (prefix) =>
          whereThere(
            captured,
            valueCell(number, (value) => prefix + JSON.stringify(format.value(value))),
            `${prefix}null`,
          ),
        value: (rows, at) => (captured.isAbsent(rows, at) ? null : format.value(number(rows, at))),
      };
    },
  };
}
