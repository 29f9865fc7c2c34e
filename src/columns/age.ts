// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { numberColumn } from '../core/column.js';
import { timeNs } from '../core/row.js';

/** ns since the packet's first event, even if that event was not shown. */
export const age = numberColumn(
  {
    id: 'age',
    description: "ns since the packet's first event",
    key: 'age',
    header: 'age',
    ofReturns: true,
  },
  (rows, at) => {
    const born = rows.getBigUint64(at + ROW.born_ns, true);
    return born === 0n ? 0 : Number(timeNs(rows, at) - born);
  },
);
