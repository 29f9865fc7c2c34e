// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { numberColumn } from '../core/column.js';
import { len as readLen } from '../core/row.js';
import { wordsAt } from '../core/source.js';

/** skb->len, in bytes. */
export const len = numberColumn(
  { id: 'len', description: 'skb->len, bytes', key: 'len', header: 'len' },
  readLen,
  wordsAt(ROW.len),
);
