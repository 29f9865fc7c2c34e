// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { numberColumn } from '../core/column.js';
import { tid as readTid } from '../core/row.js';
import { wordsAt } from '../core/source.js';

/** The current thread, possibly one that was interrupted by an interrupt; 0: the CPU's idle thread. */
export const tid = numberColumn(
  { id: 'tid', description: 'thread that runs; 0: idle', key: 'tid', header: 'tid' },
  readTid,
  wordsAt(ROW.tid),
);
