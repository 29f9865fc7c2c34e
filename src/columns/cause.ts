// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import { prefixed, type Column } from '../core/column.js';
import { causeName } from '../core/drop.js';
import type { RowReader } from '../core/row.js';
import { NOTHING } from '../core/value.js';

const READ: Read = { kind: 'cause' };

/** Offset of the drop reason argument in the read's data, after the reported cause. */
const REASON = 8;

/**
 * Why the packet is dropped. Known from the moment when the kernel reports it, and in functions that are
 * passed a specific reason.
 */
export const cause: Column = {
  id: 'cause',
  description: 'why the packet is dropped, by its reason or by what the kernel reported before',
  key: 'cause',
  header: 'cause',
  width: 0,
  reads: [READ],
  bind: (context) => {
    const { at: offset } = context.captured(READ);
    const reasonAt: RowReader<number> = (rows, at) => rows.getUint32(at + offset + REASON, true);
    const value: RowReader<string | null> = (rows, at) => {
      const reason = reasonAt(rows, at);
      const reported = rows.getBigUint64(at + offset, true);
      return reason === 0 && reported === 0n ? null : causeName(context, reason, reported);
    };
    return {
      value,
      text: (rows, at, text) => text.string(value(rows, at) ?? (reasonAt(rows, at) === 0 ? '' : NOTHING)),
      json: (prefix) => prefixed(prefix, (rows, at, text) => text.string(JSON.stringify(value(rows, at)))),
    };
  },
};
