import type { Column } from '../core/column.js';
import { memoizeValue } from '../core/memo.js';
import { mark as readMark } from '../core/row.js';

/** skb->mark: in hex for people, a number in JSON. */
export const mark: Column = {
  id: 'mark',
  key: 'mark',
  header: 'mark',
  width: 0,
  bind: () => {
    const text = memoizeValue((value) => `0x${value.toString(16)}`);
    return {
      text: (rows, at) => text(readMark(rows, at)),
      json: (prefix) => {
        const json = memoizeValue((value) => prefix + value.toString());
        return (rows, at) => json(readMark(rows, at));
      },
    };
  },
};
