// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, between, type Cell, type Column, type ColumnContext } from '../core/column.js';
import { KERNEL, labelOf } from '../core/function-table.js';
import { indexCell } from '../core/memo.js';
import { functionIndex, UNKNOWN_FUNCTION } from '../core/row.js';
import { ROW } from '../core/abi.js';
import { madeOf } from '../core/source.js';

const WIDTH = 32;

const address: Cell = (rows, at, text) => text.hex64(rows, at + ROW.function_address);

/** Writes the name if it is known, else the address. */
function nameOr(name: Cell, unknown: Cell): Cell {
  return madeOf(name.source, (rows, at, text) =>
    (functionIndex(rows, at) === UNKNOWN_FUNCTION ? unknown : name)(rows, at, text),
  );
}

function withModule(context: ColumnContext, index: number): string {
  const name = (context.names[index] ?? '').padStart(WIDTH);
  return labelOf(name, context.modules[index] ?? KERNEL);
}

/** The called function: name and module, or its address if no name is known. */
export const functionColumn: Column = {
  id: 'function',
  description: 'function that was called',
  key: 'function',
  header: 'FUNCTION',
  width: WIDTH,
  style: 'bold',
  bind: (context) => ({
    value: (rows, at) => {
      const index = functionIndex(rows, at);
      if (index !== UNKNOWN_FUNCTION) return context.names[index] ?? '';
      return `0x${rows.getBigUint64(at + ROW.function_address, true).toString(16)}`;
    },
    text: nameOr(
      indexCell(ROW.function, (index) => withModule(context, index)),
      prefixed('0x', address),
    ),
    json: (prefix) =>
      nameOr(
        indexCell(ROW.function, (index) => prefix + JSON.stringify(context.names[index] ?? '')),
        between(`${prefix}"0x`, address, '"'),
      ),
  }),
};
