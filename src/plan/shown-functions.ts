// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { UNKNOWN_TYPE, type ReturnType } from '../core/column.js';
import type { FunctionTable } from '../core/function-table.js';

/**
 * All functions that events may belong to, by index: those of the first table, followed by those of modules
 * loaded later.
 */
export class ShownFunctions {
  readonly names: string[] = [];
  readonly modules: string[] = [];
  readonly #tables: { readonly first: number; readonly table: FunctionTable }[] = [];
  readonly #returnTypes = new Map<number, ReturnType>();

  constructor(table: FunctionTable) {
    this.add(table);
  }

  /** Appends a table's functions, and returns the index of the first one. */
  add(table: FunctionTable): number {
    const first = this.names.length;
    this.#tables.push({ first, table });
    table.names.forEach((name, index) => {
      this.names.push(name);
      this.modules.push(table.modules[index] ?? '');
    });
    return first;
  }

  returnType(index: number): ReturnType {
    const known = this.#returnTypes.get(index) ?? this.#ask(index);
    this.#returnTypes.set(index, known);
    return known;
  }

  address(index: number): bigint {
    const of = this.#of(index);
    return of === undefined ? 0n : of.table.addressOf(index - of.first);
  }

  #ask(index: number): ReturnType {
    const of = this.#of(index);
    return of === undefined ? UNKNOWN_TYPE : of.table.returnType(index - of.first);
  }

  /** The table that has a function; undefined: none. */
  #of(index: number): { readonly first: number; readonly table: FunctionTable } | undefined {
    return index < this.names.length ? this.#tables.findLast(({ first }) => first <= index) : undefined;
  }
}
