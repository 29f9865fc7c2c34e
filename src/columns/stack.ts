import type { Read } from '../core/capture.js';
import { behind, type Cell, type Column, type ColumnContext } from '../core/column.js';
import type { RowReader } from '../core/row.js';

const READ: Read = { kind: 'stack' };

function stackReader(context: ColumnContext): RowReader<string[]> {
  const { at: offset } = context.captured(READ);
  return (rows, at) => {
    const id = rows.getInt32(at + offset, true);
    return id < 0 ? [] : context.stack(id).map((address) => context.symbol(address));
  };
}

/** The kernel's stack, the innermost call first. */
export const stack: Column = {
  id: 'stack',
  key: 'stack',
  header: 'stack',
  width: 0,
  reads: [READ],
  bind: (context) => {
    const read = stackReader(context);
    const json: Cell = (rows, at, text) => text.string(JSON.stringify(read(rows, at)));
    return {
      text: (rows, at, text) => text.string(read(rows, at).join('<') || '-'),
      json: (prefix) => behind(prefix, json),
    };
  },
};
