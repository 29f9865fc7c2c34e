// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Captured, Read } from './reads.js';
import type { FieldKind } from './field-path.js';
import { isReturn, type RowReader } from './row.js';
import { pieceOf, type TextBuffer } from './text-buffer.js';

/** Writes one value of the row that starts at byte `at` of `rows`, as text. */
export type Cell = (rows: DataView, at: number, text: TextBuffer) => void;

/** What columns need to know about the traced kernel, beside the rows. */
export interface ColumnContext {
  /** function names by function index */
  readonly names: readonly string[];
  /** module names by function index; `vmlinux` for the kernel itself */
  readonly modules: readonly string[];
  /** what a function returns; index: of the function, or UNKNOWN_FUNCTION */
  returnType(index: number): ReturnType;
  /** members of the kernel's enum that holds `enumerator`, or null if its BTF has none */
  enumMembers(enumerator: string): EnumMembers | null;
  /** members of the kernel's enum of this name, or null if its BTF has none */
  enumByName(name: string): EnumMembers | null;
  /** where a row has the bytes of one of the reads that columns have declared */
  captured(read: Read): Captured;
  /** name and offset for an address in the kernel's code, such as `tcp_v4_rcv+0x1c`; hex if it is not known */
  symbol(address: bigint): string;
  /** addresses of a kernel stack, the innermost first; empty if it is no longer known */
  stack(id: number): readonly bigint[];
  /** the kernel's name for a drop reason, without its prefix; null if it has none */
  dropReason(reason: number): string | null;
  /** false: this kernel does not tell why packets are dropped */
  hasDropReasons(): boolean;
  /** what the source of this number (bpf/cause.h) has told by a value; null if that says nothing */
  cause(source: number, value: number): string | null;
}

export interface EnumMembers {
  readonly names: readonly string[];
  readonly values: readonly number[];
}

/** What functions return, by their prototypes; `unknown`: those of one name do not agree, or it is no number in one register. */
export interface ReturnType {
  readonly kind: FieldKind | 'void' | 'unknown';
  /** bytes, of the lowest of the register; 0: no value */
  readonly size: number;
  readonly bigEndian: boolean;
  /** of an enum */
  readonly names: EnumMembers | null;
}

export const UNKNOWN_TYPE: ReturnType = { kind: 'unknown', size: 0, bigEndian: false, names: null };

export type Style = 'dim' | 'bold' | 'cyan';

/** One column: serves every output. */
export interface Column {
  /** registry key and file name */
  readonly id: string;
  /** one line, for people */
  readonly description: string;
  /** its name in JSON, and in `(name: value ...)` behind a line of text */
  readonly key: string;
  /** its title over a table */
  readonly header: string;
  /** least width in a table, in characters: shorter cells are right-aligned, longer ones never cut */
  readonly width: number;
  readonly style?: Style;
  /** true if returns have it too */
  readonly ofReturns?: boolean;
  /**
   * true if it has any number of values, each with a name of its own: its text is `name: value name: value`, its JSON an
   * object, whose members are those of the event.
   */
  readonly ownNames?: boolean;
  /** what BPF is to copy into the rows for it */
  readonly reads?: readonly Read[];
  /** Called once per output, so that state (caches, numbering) belongs to that output. */
  bind(context: ColumnContext): BoundColumn;
}

/** A value as scripts get it: integers are bigints where a number is not exact; objects and arrays hold strings and numbers. */
export type Value = string | number | bigint | boolean | null | object;

export interface BoundColumn {
  /** For people. A field that writes nothing is left out of this line. */
  readonly text: Cell;
  /**
   * Makes a cell of `prefix` and the JSON value behind it. The prefix is the member's name: what remembers its
   * values remembers them with it, which saves a copy for each event.
   */
  readonly json: (prefix: string) => Cell;
  /** Called once for each row whose line is written: what is kept for the row is of no more use to this output. */
  readonly shown?: (rows: DataView, at: number) => void;
  /** For scripts and extensions: what the JSON says, as a value. */
  readonly value: RowReader<Value>;
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
      const cell: Cell = (rows, at, text) => text.number(read(rows, at));
      return { text: cell, json: (prefix) => behind(prefix, cell), value: read };
    },
  };
}

/** A cell with a text that is always the same in front of it. */
export function behind(prefix: string, cell: Cell): Cell {
  const piece = pieceOf(prefix);
  return (rows, at, text) => {
    text.piece(piece);
    cell(rows, at, text);
  };
}

/** A cell with texts that are always the same around it. */
export function between(before: string, cell: Cell, after: string): Cell {
  const piece = pieceOf(after);
  const front = behind(before, cell);
  return (rows, at, text) => {
    front(rows, at, text);
    text.piece(piece);
  };
}

/** A line's cell that lets go of what columns have kept for the row. */
export function releasing(line: Cell, columns: readonly BoundColumn[]): Cell {
  const hooks = columns.flatMap(({ shown }) => shown ?? []);
  if (hooks.length === 0) return line;
  return (rows, at, text) => {
    line(rows, at, text);
    for (const shown of hooks) shown(rows, at);
  };
}

/** The column where rows may be returns, which know nothing of the skb's content: '' there, null in JSON. */
export function ofCalls(column: Column): Column {
  return {
    ...column,
    bind: (context) => {
      const bound = column.bind(context);
      return {
        text: (rows, at, text) => {
          if (!isReturn(rows, at)) bound.text(rows, at, text);
        },
        json: (prefix) => {
          const [json, none] = [bound.json(prefix), pieceOf(`${prefix}null`)];
          return (rows, at, text) => {
            if (isReturn(rows, at)) text.piece(none);
            else json(rows, at, text);
          };
        },
        value: (rows, at) => (isReturn(rows, at) ? null : bound.value(rows, at)),
      };
    },
  };
}
