// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import type { Column } from '../core/column.js';
import { valueCell } from '../core/memo.js';
import { mark as readMark } from '../core/row.js';
import { madeOf, wordsAt } from '../core/source.js';

const SOURCE = wordsAt(ROW.mark);

/** skb->mark: in hex for people, a number in JSON. */
export const mark: Column = {
  id: 'mark',
  description: 'skb->mark',
  key: 'mark',
  header: 'mark',
  width: 0,
  bind: () => ({
    text: madeOf(
      SOURCE,
      valueCell(readMark, (value) => `0x${value.toString(16)}`),
    ),
    json: (prefix) =>
      madeOf(
        SOURCE,
        valueCell(readMark, (value) => prefix + value.toString()),
      ),
    value: readMark,
  }),
};
