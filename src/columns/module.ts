// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import type { Column } from '../core/column.js';
import { indexCell } from '../core/memo.js';
import { functionIndex } from '../core/row.js';

/** The function's module: `vmlinux` for the kernel itself, '' if the function is unknown. */
export const moduleColumn: Column = {
  id: 'module',
  description: 'module of the function; vmlinux: the kernel itself',
  key: 'module',
  header: 'MODULE',
  width: 8,
  bind: (context) => {
    const name = (index: number): string => context.modules[index] ?? '';
    return {
      value: (rows, at) => name(functionIndex(rows, at)),
      text: indexCell(ROW.function, name),
      json: (prefix) => indexCell(ROW.function, (index) => prefix + JSON.stringify(name(index))),
    };
  },
};
