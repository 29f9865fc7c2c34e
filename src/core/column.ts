// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from './abi.js';
import type { Captured, Read } from './reads.js';
import type { FieldKind } from './field-path.js';
import { isReturn, type RowReader } from './row.js';
import { madeOf, together, wordsAt, type Source, type Sourced } from './source.js';
import type { NftStep } from './nft.js';
import type { Decision } from './decision.js';
import { pieceOf, type TextBuffer } from './text-buffer.js';

/** Writes as text what an output shows for the row that starts at byte `at` of `rows`. */
export interface Cell extends Sourced {
  (rows: DataView, at: number, text: TextBuffer): void;
}

/** What columns need to know about the traced kernel, besides the rows. */
export interface ColumnContext {
  /** function names by function index */
  readonly names: readonly string[];
  /** module names by function index; `vmlinux` for the kernel itself */
  readonly modules: readonly string[];
  /** the return type of a function; `index`: function index or UNKNOWN_FUNCTION */
  returnType(index: number): ReturnType;
  /** members of the kernel's enum that holds `enumerator`, or null if its BTF has none */
  enumMembers(enumerator: string): EnumMembers | null;
  /** members of the kernel's enum of this name, or null if its BTF has none */
  enumByName(name: string): EnumMembers | null;
  /** where rows have the bytes of a read that a column has declared */
  captured(read: Read): Captured;
  /** whether rows have the bytes of a read */
  has(read: Read): boolean;
  /**
   * symbol and offset of an address in kernel code, such as `tcp_v4_rcv+0x1c`; the address in hex if no
   * symbol is known
   */
  symbol(address: bigint): string;
  /** addresses of a kernel stack, innermost first; empty if the stack is no longer available */
  stack(id: number): readonly bigint[];
  /** the kernel's name for a drop reason, without its prefix; null if it has none */
  dropReason(reason: number): string | null;
  /** name of the network namespace with this inode, as `ip netns` has it; null: it has none */
  namespaceName(inode: number): string | null;
  /** false: this kernel does not report why packets are dropped */
  hasDropReasons(): boolean;
  /**
   * name of the cause that a source (its number: bpf/cause.h) reported as `value`; null if the value is not a
   * cause
   */
  cause(source: number, value: number): string | null;
  /** what a packet meets in nftables at this function (--why nft); null: nothing that is known */
  nftStep(decision: Decision): NftStep | null;
}

export interface EnumMembers {
  readonly names: readonly string[];
  readonly values: readonly number[];
}

/**
 * What a function returns, by its prototype. `unknown`: functions of this name have different prototypes, or
 * the value is not a number in one register.
 */
export interface ReturnType {
  readonly kind: FieldKind | 'void' | 'unknown';
  /** bytes of the value, the lowest ones of the register; 0: no value */
  readonly size: number;
  readonly bigEndian: boolean;
  /** the members, if it is an enum */
  readonly names: EnumMembers | null;
}

export const UNKNOWN_TYPE: ReturnType = { kind: 'unknown', size: 0, bigEndian: false, names: null };

export type Style = 'dim' | 'bold' | 'cyan' | 'red' | 'green';

/** One column, usable by every output. */
export interface Column {
  /** registry key, and name of its file */
  readonly id: string;
  /** one line, for help texts */
  readonly description: string;
  /** its name in JSON, and in the `(name: value ...)` that ends a line of text */
  readonly key: string;
  /** its title in a table's header */
  readonly header: string;
  /** minimum width in a table, in characters: shorter cells are right-aligned, longer ones never cut */
  readonly width: number;
  readonly style?: Style;
  /** true if rows of returns have this column, too */
  readonly ofReturns?: boolean;
  /**
   * true if it has any number of named values: as text `name: value name: value`, in JSON an object whose
   * members become members of the event
   */
  readonly ownNames?: boolean;
  /** true if text shows it on lines of its own, below the event's line */
  readonly below?: boolean;
  /** data that BPF has to copy into the rows for this column */
  readonly reads?: readonly Read[];
  /** Called once per output, so that state (caches, numbering) belongs to that output. */
  bind(context: ColumnContext): BoundColumn;
}

/**
 * A value as scripts get it: an integer is a bigint where a number would not be exact; objects and arrays
 * hold strings and numbers.
 */
export type Value = string | number | bigint | boolean | null | object;

export interface BoundColumn {
  /** Writes the value for people. In the fields of a line, a column that writes nothing is left out. */
  readonly text: Cell;
  /**
   * Makes a cell that writes `prefix`, which is the name of the JSON member, followed by the JSON value.
   * Columns that cache their text cache it with the prefix, which saves a copy for each event.
   */
  readonly json: (prefix: string) => Cell;
  /**
   * Called once for each row after its line has been written: the output needs nothing more that was kept for
   * this row.
   */
  readonly shown?: (rows: DataView, at: number) => void;
  /** The JSON value as a JavaScript value, for scripts and extensions. */
  readonly value: RowReader<Value>;
}

/** A column that shows a number in decimal. `source`: what it is read from, and nothing else. */
export function numberColumn(
  column: Omit<Column, 'bind' | 'width'> & { width?: number },
  read: RowReader<number>,
  source?: Source,
): Column {
  return {
    width: 0,
    ...column,
    bind: () => {
      const cell: Cell = madeOf(source, (rows, at, text) => text.number(read(rows, at)));
      return { text: cell, json: (prefix) => prefixed(prefix, cell), value: read };
    },
  };
}

/** A cell that writes a constant text before another cell. */
export function prefixed(prefix: string, cell: Cell): Cell {
  const piece = pieceOf(prefix);
  return madeOf(cell.source, (rows, at, text) => {
    text.piece(piece);
    cell(rows, at, text);
  });
}

/** A cell that writes a constant text. */
export function constant(text: string): Cell {
  return prefixed(
    text,
    madeOf(wordsAt(), () => undefined),
  );
}

/** A cell that writes constant texts before and after another cell. */
export function between(before: string, cell: Cell, after: string): Cell {
  const piece = pieceOf(after);
  const front = prefixed(before, cell);
  return madeOf(cell.source, (rows, at, text) => {
    front(rows, at, text);
    text.piece(piece);
  });
}

/**
 * The cell of a whole line; after writing it, calls `shown` of the columns, so that they release what they
 * kept for the row.
 */
export function releasing(line: Cell, columns: readonly BoundColumn[]): Cell {
  const hooks = columns.flatMap(({ shown }) => shown ?? []);
  if (hooks.length === 0) return line;
  return (rows, at, text) => {
    line(rows, at, text);
    for (const shown of hooks) shown(rows, at);
  };
}

const FLAGS = wordsAt(ROW.flags);

/**
 * The same column for rows that may be returns, which carry nothing of the skb's content: text is '' and JSON
 * null for these.
 */
export function ofCalls(column: Column): Column {
  return {
    ...column,
    bind: (context) => {
      const bound = column.bind(context);
      const ofCall = ({ source }: Cell, cell: Cell): Cell => madeOf(together([FLAGS, source]), cell);
      return {
        text: ofCall(bound.text, (rows, at, text) => {
          if (!isReturn(rows, at)) bound.text(rows, at, text);
        }),
        json: (prefix) => {
          const [json, none] = [bound.json(prefix), pieceOf(`${prefix}null`)];
          return ofCall(json, (rows, at, text) => {
            if (isReturn(rows, at)) text.piece(none);
            else json(rows, at, text);
          });
        },
        value: (rows, at) => (isReturn(rows, at) ? null : bound.value(rows, at)),
      };
    },
  };
}
