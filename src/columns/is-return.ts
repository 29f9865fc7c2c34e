// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import type { Cell, Column } from '../core/column.js';
import { pieceOf } from '../core/text-buffer.js';
import { isReturn as readIsReturn } from '../core/row.js';
import { madeOf, wordsAt } from '../core/source.js';

function trueOrFalse(prefix: string): Cell {
  const [yes, no] = [pieceOf(`${prefix}true`), pieceOf(`${prefix}false`)];
  return madeOf(wordsAt(ROW.flags), (rows, at, text) => text.piece(readIsReturn(rows, at) ? yes : no));
}

/** True if the event is a return; always false with the tracer `function`. */
export const isReturn: Column = {
  id: 'is-return',
  description: 'whether it returns (function_graph)',
  key: 'is_return',
  header: 'RETURN',
  width: 5,
  bind: () => ({ text: trueOrFalse(''), json: trueOrFalse, value: readIsReturn }),
};
