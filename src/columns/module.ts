import type { Column } from '../core/column.js';
import { memoizeIndex } from '../core/memo.js';
import { functionIndex } from '../core/row.js';

/** The module of the function: `vmlinux` for the kernel itself, '' where the function is unknown. */
export const moduleColumn: Column = {
  id: 'module',
  key: 'module',
  header: 'MODULE',
  width: 8,
  bind: (context) => {
    const name = (index: number): string => context.modules[index] ?? '';
    return {
      text: (rows, at) => name(functionIndex(rows, at)),
      json: (prefix) => {
        const json = memoizeIndex((index) => prefix + JSON.stringify(name(index)));
        return (rows, at) => json(functionIndex(rows, at));
      },
    };
  },
};
