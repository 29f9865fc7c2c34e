// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { numberColumn } from '../core/column.js';
import { gsoSize as readGsoSize } from '../core/row.js';
import { wordsAt } from '../core/source.js';

/** Bytes of payload in each segment of a GSO packet; 0 for other packets. */
export const gsoSize = numberColumn(
  {
    id: 'gso-size',
    description: 'bytes of payload in each segment; 0: no GSO packet',
    key: 'gso_size',
    header: 'gso_size',
  },
  readGsoSize,
  wordsAt(ROW.gso_size),
);
