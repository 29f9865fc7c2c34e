import { behind, between, type BoundColumn, type Cell } from './column.js';
import { PLAIN, styled, type Palette } from './line.js';
import { pieceOf, SPACE, type TextBuffer } from './text-buffer.js';

/** Writes a line; the duration may be in another row than the call. */
type CallLine = (
  rows: DataView,
  at: number,
  depth: number,
  text: TextBuffer,
  spentRows?: DataView,
  spentAt?: number,
) => void;

/** Writes lines of calls and returns for people, without the newline; `depth` is the number of calls around. */
export interface CallLines {
  /** `name() { (len: 84)` */
  open(rows: DataView, at: number, depth: number, text: TextBuffer): void;
  /** The same for a call of which it is known that there is no return. */
  unreturned(rows: DataView, at: number, depth: number, text: TextBuffer): void;
  /** `name(); (len: 84)`, with the duration that the row of the return tells. */
  leaf(
    rows: DataView,
    at: number,
    depth: number,
    text: TextBuffer,
    returnRows: DataView,
    returnAt: number,
  ): void;
  /** `}` */
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
  readonly fields: Cell;
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
    return (rows, at, depth, text, spentRows = rows, spentAt = at) => {
      lead(rows, at, text);
      text.character(SPACE);
      const before = text.size;
      spent(spentRows, spentAt, text);
      text.padStart(before, duration.width);
      text.piece(BAR);
      for (let i = 0; i < depth; i++) text.piece(INDENT);
    };
  };
  const line = (spent: Cell, ...cells: Cell[]): CallLine => {
    const head = start(spent);
    return (rows, at, depth, text, spentRows, spentAt) => {
      head(rows, at, depth, text, spentRows, spentAt);
      for (const cell of cells) cell(rows, at, text);
    };
  };
  const spent = duration.text;
  return {
    open: line(NOTHING, between('', call, '() {'), fields),
    unreturned: line(NO_DURATION, between('', call, '() { /* no return */'), fields),
    leaf: line(spent, between('', call, '();'), fields),
    close: line(spent, behind('}', NOTHING)),
    closeUnknown: line(spent, between('} /* ', call, ': its call is lost */')),
  };
}
