import { memoizeIndex } from './memo.js';
import type { RowReader } from './row.js';

/** Makes text of one value of a row. */
export type Cell = RowReader<string>;

/** What columns need to know about the traced kernel, beside the rows. */
export interface ColumnContext {
  /** function names by function index */
  readonly names: readonly string[];
  /** module names by function index; `vmlinux` for the kernel itself */
  readonly modules: readonly string[];
  /** members of the kernel's enum that holds `enumerator`, or null if its BTF has none */
  enumMembers(enumerator: string): EnumMembers | null;
}

export interface EnumMembers {
  readonly names: readonly string[];
  readonly values: readonly number[];
}

export type Style = 'dim' | 'bold' | 'cyan';

/** One column: serves every output. */
export interface Column {
  /** registry key and file name */
  readonly id: string;
  /** its name in JSON, and in `(name: value ...)` behind a line of text */
  readonly key: string;
  /** its title over a table */
  readonly header: string;
  /** least width in a table, in characters: shorter cells are right-aligned, longer ones never cut */
  readonly width: number;
  readonly style?: Style;
  /** Called once per output, so that state (caches, numbering) belongs to that output. */
  bind(context: ColumnContext): BoundColumn;
}

export interface BoundColumn {
  /** For people. As a field, '' leaves the column out of this line. */
  readonly text: Cell;
  /**
   * Makes a cell of `prefix` and the JSON value behind it. The prefix is the member's name: what remembers its
   * values remembers them with it, which saves a concatenation for each event.
   */
  readonly json: (prefix: string) => Cell;
}

/** A column that shows a number as it is. */
export function numberColumn(
  column: Omit<Column, 'bind' | 'width'> & { width?: number },
  read: RowReader<number>,
): Column {
  return {
    width: 0,
    ...column,
    bind: () => {
      const json = (prefix: string): Cell => {
        const cell = memoizeIndex((value) => prefix + value.toString());
        return (rows, at) => cell(read(rows, at));
      };
      return { text: json(''), json };
    },
  };
}
