import type { Column, ColumnContext } from '../core/column.js';
import { memoizeIndex } from '../core/memo.js';
import { functionAddress, functionIndex, UNKNOWN_FUNCTION, type RowReader } from '../core/row.js';

const WIDTH = 32;

const hexAddress: RowReader<string> = (rows, at) => `0x${functionAddress(rows, at).toString(16)}`;

function withModule(context: ColumnContext, index: number): string {
  const name = (context.names[index] ?? '').padStart(WIDTH);
  const module = context.modules[index] ?? 'vmlinux';
  return module === 'vmlinux' ? name : `${name} [${module}]`;
}

/** The function that was called: name and module, or its address where no name is known. */
export const functionColumn: Column = {
  id: 'function',
  key: 'function',
  header: 'FUNCTION',
  width: WIDTH,
  style: 'bold',
  bind: (context) => {
    const text = memoizeIndex((index) => withModule(context, index));
    return {
      text: (rows, at) => {
        const index = functionIndex(rows, at);
        return index === UNKNOWN_FUNCTION ? hexAddress(rows, at) : text(index);
      },
      json: (prefix) => {
        const json = memoizeIndex((index) => prefix + JSON.stringify(context.names[index] ?? ''));
        return (rows, at) => {
          const index = functionIndex(rows, at);
          return index === UNKNOWN_FUNCTION ? `${prefix}"${hexAddress(rows, at)}"` : json(index);
        };
      },
    };
  },
};
