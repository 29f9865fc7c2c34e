import { ROW, VALUED } from '../core/abi.js';
import { behind, type Cell, type Column } from '../core/column.js';
import { isReturn } from '../core/row.js';

/** As most of the kernel's functions return an int: negative ones are errnos. */
const cell =
  (nothing: string): Cell =>
  (rows, at, text) => {
    const isKnown = isReturn(rows, at) && (rows.getUint32(at + ROW.flags, true) & VALUED) !== 0;
    text.string(isKnown ? String(rows.getInt32(at + ROW.return_value, true)) : nothing);
  };

/** What a call returned, as an int, at its return; of a function that returns nothing it means nothing. */
export const returnValue: Column = {
  id: 'return-value',
  description: 'what the function returns, as an int (function_graph)',
  key: 'return_value',
  header: 'return_value',
  width: 0,
  ofReturns: true,
  bind: () => ({ text: cell(''), json: (prefix) => behind(prefix, cell('null')) }),
};
