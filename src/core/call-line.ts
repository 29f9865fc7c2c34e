// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { behind, between, type BoundColumn, type Cell } from './column.js';
import { PLAIN, styled, type FieldsCell, type Palette } from './line.js';
import { pieceOf, SPACE, type TextBuffer } from './text-buffer.js';

/** Writes a line; the return may be in another row than the call. */
type CallLine = (
  rows: DataView,
  at: number,
  depth: number,
  text: TextBuffer,
  returnRows?: DataView,
  returnAt?: number,
) => void;

/** Writes lines of calls and returns for people, without the newline; `depth` is the number of calls around. */
export interface CallLines {
  /** `name() { (len: 84)` */
  open(rows: DataView, at: number, depth: number, text: TextBuffer): void;
  /** The same for a call of which it is known that there is no return. */
  unreturned(rows: DataView, at: number, depth: number, text: TextBuffer): void;
  /** `name(); (len: 84)`, with the duration and the fields that the row of the return tells. */
  leaf(
    rows: DataView,
    at: number,
    depth: number,
    text: TextBuffer,
    returnRows: DataView,
    returnAt: number,
  ): void;
  /** `}`, with what the return has of the fields */
  close(rows: DataView, at: number, depth: number, text: TextBuffer): void;
  /** The same where it cannot be seen which call it closes. */
  closeUnknown(rows: DataView, at: number, depth: number, text: TextBuffer): void;
}

export interface CallLineParts {
  /** what stands in front, of either kind of row */
  readonly lead: Cell;
  readonly duration: { readonly text: Cell; readonly width: number };
  readonly name: BoundColumn;
  /** ` (len: 84)` or '' */
  readonly fields: FieldsCell;
}

const BAR = pieceOf(' | ');
const INDENT = pieceOf('  ');
const NOTHING: Cell = () => undefined;
const NO_DURATION = behind('?', NOTHING);

/** The name alone: the column aligns it. */
function trimmed(cell: Cell): Cell {
  return (rows, at, text) => {
    const start = text.size;
    cell(rows, at, text);
    text.trimStart(start);
  };
}

/** Puts lines of calls together: lead columns, duration, ` | `, the call by its depth, fields. */
export function callLines(parts: CallLineParts, palette: Palette = PLAIN): CallLines {
  const { lead, duration, fields } = parts;
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
  const line = (spent: Cell, shown: Cell): CallLine => {
    const head = start(spent);
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
    close: line(spent, behind('}', NOTHING)),
    closeUnknown: line(spent, between('} /* ', call, ': its call is lost */')),
  };
}
