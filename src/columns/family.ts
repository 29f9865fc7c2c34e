// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { numberColumn } from '../core/column.js';
import { family as readFamily } from '../core/relation.js';
import { longsAt } from '../core/source.js';

/** Number of the packet's first ancestor: its own number, if it has no parent. */
export const family = numberColumn(
  { id: 'family', description: "number of the packet's first ancestor", key: 'family', header: 'family' },
  readFamily,
  longsAt(ROW.family),
);
