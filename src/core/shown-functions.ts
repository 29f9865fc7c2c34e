// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { UNKNOWN_TYPE, type ReturnType } from './column.js';
import type { FunctionTable } from './function-table.js';

/** All functions that events may be of, by index: a table's, and behind them those of modules that are loaded later. */
export class ShownFunctions {
  readonly names: string[] = [];
  readonly modules: string[] = [];
  readonly #returnTypes: ReturnType[] = [];

  constructor(table: FunctionTable) {
    this.add(table);
  }

  /** Returns the index of its first function. */
  add(table: FunctionTable): number {
    const first = this.names.length;
    table.names.forEach((name, index) => {
      this.names.push(name);
      this.modules.push(table.modules[index] ?? '');
      this.#returnTypes.push(table.returnType(index));
    });
    return first;
  }

  /** What a function returns. */
  returnType(index: number): ReturnType {
    return this.#returnTypes[index] ?? UNKNOWN_TYPE;
  }
}
