// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ReturnType } from '../core/column.js';
import { functionIndex } from '../core/row.js';
import type { Traced } from '../core/traced.js';
import type { FunctionsPart } from './description.js';

/** Finds the functions in rows, so that a file has those of its events, not the thousands that were traced. */
export class NotedFunctions {
  /** by index, whether the function is noted */
  readonly #known: boolean[] = [];
  #fresh: number[] = [];

  constructor(private readonly traced: Pick<Traced, 'functions' | 'returns'>) {}

  /** Looks at the row that starts at byte `at`. */
  look(rows: DataView, at: number): void {
    const index = functionIndex(rows, at);
    if (this.#known[index] === true || index >= this.traced.functions.names.length) return;
    this.#known[index] = true;
    this.#fresh.push(index);
  }

  /** The functions that have been found since this was called before; null: none. */
  fresh(): FunctionsPart | null {
    const indexes = this.#fresh;
    if (indexes.length === 0) return null;
    this.#fresh = [];
    const { functions, returns } = this.traced;
    return {
      indexes,
      names: indexes.map((index) => functions.names[index] ?? ''),
      modules: indexes.map((index) => functions.modules[index] ?? ''),
      addresses: indexes.map((index) => functions.address(index).toString(16)),
      ...(returns ? distinct(indexes.map((index) => functions.returnType(index))) : {}),
    };
  }
}

/** The different types, and which of them each one is. */
function distinct(all: readonly ReturnType[]): Required<Pick<FunctionsPart, 'types' | 'type_of'>> {
  const known = new Map<string, number>();
  const types: ReturnType[] = [];
  const type_of = all.map((type) => {
    const key = JSON.stringify(type);
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, types.length);
    return types.push(type) - 1;
  });
  return { types, type_of };
}
