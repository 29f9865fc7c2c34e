// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { numberColumn } from '../core/column.js';
import { tid as readTid } from '../core/row.js';

/** The thread that ran, or that an interrupt interrupted; 0: a CPU's idle thread. */
export const tid = numberColumn(
  { id: 'tid', description: 'thread that runs; 0: idle', key: 'tid', header: 'tid' },
  readTid,
);
