// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { numberColumn } from '../core/column.js';
import { gsoSegs as readGsoSegs } from '../core/row.js';
import { wordsAt } from '../core/source.js';

/** Number of segments of a GSO packet; 0 if the kernel has not counted them. */
export const gsoSegs = numberColumn(
  { id: 'gso-segs', description: 'segments of a GSO packet', key: 'gso_segs', header: 'gso_segs' },
  readGsoSegs,
  wordsAt(ROW.gso_segs),
);
