// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, between, type BoundColumn, type Cell } from './column.js';
import { PLAIN, styled, type FieldsCell, type Palette } from './line.js';
import { kept } from './kept-text.js';
import { madeOf } from './source.js';
import { pieceOf, SPACE, type TextBuffer } from './text-buffer.js';

/** Writes a line for a call. The row of its return may be given separately. */
type CallLine = (
  rows: DataView,
  at: number,
  depth: number,
  text: TextBuffer,
  returnRows?: DataView,
  returnAt?: number,
) => void;

/**
 * Writes lines of calls and returns for people, without the newline; `depth` is the number of enclosing
 * calls.
 */
export interface CallLines {
  /** `name() { (len: 84)` */
  open(rows: DataView, at: number, depth: number, text: TextBuffer): void;
  /** Like open(), for a call that is known to have no return in the trace. */
  unreturned(rows: DataView, at: number, depth: number, text: TextBuffer): void;
  /** `name(); (len: 84)`, with the duration and the fields that the row of the return has. */
  leaf(
    rows: DataView,
    at: number,
    depth: number,
    text: TextBuffer,
    returnRows: DataView,
    returnAt: number,
  ): void;
  /** `}`, with the fields that the return has */
  close(rows: DataView, at: number, depth: number, text: TextBuffer): void;
  /** Like close(), for a return whose call is not in the trace. */
  closeUnknown(rows: DataView, at: number, depth: number, text: TextBuffer): void;
}

export interface CallLineParts {
  /** what begins the lines of calls and of returns */
  readonly lead: Cell;
  readonly duration: { readonly text: Cell; readonly width: number };
  readonly name: BoundColumn;
  /** ` (len: 84)` or '' */
  readonly fields: FieldsCell;
}

const BAR = pieceOf(' | ');
const INDENT = pieceOf('  ');
const NOTHING: Cell = () => undefined;
const NO_DURATION = prefixed('?', NOTHING);

/** Writes the name without the spaces by which its column aligns it. */
function trimmed(cell: Cell): Cell {
  return madeOf(cell.source, (rows, at, text) => {
    const start = text.size;
    cell(rows, at, text);
    text.trimStart(start);
  });
}

/** Makes the lines of calls: lead columns, duration, ` | `, the call indented by its depth, fields. */
export function callLines(parts: CallLineParts, palette: Palette = PLAIN): CallLines {
  const { lead, duration } = parts;
  const fields: FieldsCell = kept(parts.fields);
  const call = styled(trimmed(parts.name.text), palette.bold);
  const start = (spent: Cell): CallLine => {
    return (rows, at, depth, text, returnRows = rows, returnAt = at) => {
      lead(rows, at, text);
      text.character(SPACE);
      const before = text.size;
      spent(returnRows, returnAt, text);
      text.padStart(before, duration.width);
      text.piece(BAR);
      for (let i = 0; i < depth; i++) text.piece(INDENT);
    };
  };
  const line = (spent: Cell, whole: Cell): CallLine => {
    const head = start(spent);
    const shown = kept(whole);
    return (rows, at, depth, text, returnRows, returnAt) => {
      head(rows, at, depth, text, returnRows, returnAt);
      shown(rows, at, text);
      fields(rows, at, text, returnRows, returnAt);
    };
  };
  const spent = duration.text;
  return {
    open: line(NOTHING, between('', call, '() {')),
    unreturned: line(NO_DURATION, between('', call, '() { /* no return */')),
    leaf: line(spent, between('', call, '();')),
    close: line(spent, prefixed('}', NOTHING)),
    closeUnknown: line(spent, between('} /* ', call, ': its call is lost */')),
  };
}
