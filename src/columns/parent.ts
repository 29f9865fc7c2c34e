// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, type Cell, type Column } from '../core/column.js';
import { parent as readParent } from '../core/relation.js';

/** Number of the packet that this one was made from; none for a first ancestor. */
export const parent: Column = {
  id: 'parent',
  description: 'number of the packet that it was made from',
  key: 'parent',
  header: 'parent',
  width: 0,
  bind: () => {
    const json: Cell = (rows, at, text) => {
      const number = readParent(rows, at);
      if (number === 0) text.string('null');
      else text.number(number);
    };
    return {
      text: (rows, at, text) => {
        if (readParent(rows, at) !== 0) json(rows, at, text);
      },
      json: (prefix) => prefixed(prefix, json),
      value: (rows, at) => readParent(rows, at) || null,
    };
  },
};
