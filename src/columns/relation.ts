// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, type Column } from '../core/column.js';
import { relation as readRelation } from '../core/relation.js';

/** What the packet is to its parent: clone, segment ...; none for a first ancestor. */
export const relation: Column = {
  id: 'relation',
  description: 'what the packet is to its parent: clone, copy, segment, fragment ...',
  key: 'relation',
  header: 'relation',
  width: 0,
  bind: () => ({
    text: (rows, at, text) => text.string(readRelation(rows, at) ?? ''),
    json: (prefix) =>
      prefixed(prefix, (rows, at, text) => text.string(JSON.stringify(readRelation(rows, at)))),
    value: readRelation,
  }),
};
