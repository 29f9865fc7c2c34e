import type { Column } from '../core/column.js';
import { memoizeIndex } from '../core/memo.js';
import { cpu } from '../core/row.js';

/** The CPU on which the function was called. */
export const processorId: Column = {
  id: 'processor-id',
  key: 'processor_id',
  header: 'CPU',
  width: 4,
  style: 'dim',
  bind: () => {
    const text = memoizeIndex((id) => id.toString().padStart(4, '0'));
    return {
      text: (rows, at) => text(cpu(rows, at)),
      json: (prefix) => {
        const json = memoizeIndex((id) => prefix + id.toString());
        return (rows, at) => json(cpu(rows, at));
      },
    };
  },
};
