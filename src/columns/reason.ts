// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import type { Column } from '../core/column.js';
import { reasonName } from '../core/drop.js';
import { remembered, valueCell } from '../core/memo.js';
import type { RowReader } from '../core/row.js';

const READ: Read = { kind: 'reason' };

/**
 * Why the packet is dropped, in functions and tracepoints with a drop reason argument. Text shows it only
 * there.
 */
export const reason: Column = {
  id: 'reason',
  description: 'why the packet is dropped, at functions with a reason argument',
  key: 'reason',
  header: 'reason',
  width: 0,
  reads: [READ],
  bind: (context) => {
    const { at: offset } = context.captured(READ);
    const read: RowReader<number> = (rows, at) => rows.getUint32(at + offset, true);
    const name = remembered((value: number) => reasonName(context, value));
    return {
      value: (rows, at) => (read(rows, at) === 0 ? null : name(read(rows, at))),
      text: valueCell(read, (value) => (value === 0 ? '' : name(value))),
      json: (prefix) =>
        valueCell(read, (value) => prefix + (value === 0 ? 'null' : JSON.stringify(name(value)))),
    };
  },
};
