import type { Column } from '../core/column.js';
import { memoizeIndex } from '../core/memo.js';
import { functionIndex, UNKNOWN_FUNCTION } from '../core/row.js';

/** The module of the function: `vmlinux` for the kernel itself, '' where the function is unknown. */
export const moduleColumn: Column = {
  id: 'module',
  key: 'module',
  header: 'MODULE',
  width: 8,
  bind: (context) => {
    const name = (index: number): string => context.modules[index] ?? '';
    const json = memoizeIndex((index) => JSON.stringify(name(index)));
    return {
      text: (rows, at) => name(functionIndex(rows, at)),
      json: (rows, at) => {
        const index = functionIndex(rows, at);
        // Not memoized: its index would make the array of texts a sparse one.
        return index === UNKNOWN_FUNCTION ? '""' : json(index);
      },
    };
  },
};
