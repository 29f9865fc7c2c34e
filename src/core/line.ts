// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  between,
  constant,
  releasing,
  type BoundColumn,
  type Cell,
  type Column,
  type ColumnContext,
  type Style,
} from './column.js';
import { inOrder, kept } from './kept-text.js';
import { madeOf, together, type Sourced } from './source.js';
import { pieceOf, type TextBuffer } from './text-buffer.js';

/** Colours text for a terminal. */
export type Palette = Readonly<Record<Style, (text: string) => string>>;

const unchanged = (text: string): string => text;
/** Applies no colours: for files and pipes. */
export const PLAIN: Palette = {
  ...{ dim: unchanged, bold: unchanged, cyan: unchanged, red: unchanged, green: unchanged },
};

/** A line for people, without the newline: the lead columns, then the fields. */
export function textLine(
  lead: readonly Column[],
  fields: readonly Column[],
  context: ColumnContext,
  palette: Palette = PLAIN,
): Cell {
  return inOrder([...leadCells(lead, context, palette), fieldsText(fields, context)]);
}

/** Cells for columns separated by spaces. */
function leadCells(lead: readonly Column[], context: ColumnContext, palette: Palette): Cell[] {
  const cells = lead.map((column) => aligned(column, context, palette));
  return cells.flatMap((cell, index) => (index === 0 ? [cell] : [constant(' '), cell]));
}

/** Columns separated by spaces. */
export const leadText = (lead: readonly Column[], context: ColumnContext, palette: Palette): Cell =>
  inOrder(leadCells(lead, context, palette));

/** Writes a call's fields; `returnRows` and `returnAt`: the row of its return, if the line shows both. */
export interface FieldsCell extends Sourced {
  (rows: DataView, at: number, text: TextBuffer, returnRows?: DataView, returnAt?: number): void;
}

/** Writes what a line has after its lead: the fields in parentheses, then the columns that have lines of their own. */
export function fieldsText(fields: readonly Column[], context: ColumnContext): FieldsCell {
  const parts = parentheses(
    fields.filter(({ below }) => below !== true),
    context,
  );
  const lines = fields.filter(({ below }) => below === true).map((column) => column.bind(context).text);
  if (lines.length === 0) return parts;
  const inside: FieldsCell = kept(parts);
  return (rows, at, text, returnRows, returnAt) => {
    inside(rows, at, text, returnRows, returnAt);
    for (const line of lines) {
      const before = text.size;
      text.piece(BELOW);
      const start = text.size;
      line(rows, at, text);
      if (text.size === start) text.cut(before);
    }
  };
}

/** What a line below an event's begins with. */
const BELOW = pieceOf('\n    ');

/**
 * Writes ` (key: value ...)` with the columns that have a value for this row, or else for the return. Each
 * column is called for the return as well, since some keep state.
 */
function parentheses(fields: readonly Column[], context: ColumnContext): FieldsCell {
  const bound = fields.map((column) => ({ column, own: column.bind(context) }));
  const hooks = bound.flatMap(({ own }) => own.shown ?? []);
  const cells = bound.map(({ column, own }) => ({
    first: pieceOf(column.ownNames === true ? ' (' : ` (${column.key}: `),
    further: pieceOf(column.ownNames === true ? ' ' : ` ${column.key}: `),
    value: own.text,
  }));
  const close = pieceOf(')');
  const write: FieldsCell = (rows, at, text, returnRows = rows, returnAt = at) => {
    const start = text.size;
    const hasReturn = returnAt !== at || returnRows !== rows;
    for (const { first, further, value } of cells) {
      const before = text.size;
      text.piece(before === start ? first : further);
      const labelled = text.size;
      value(rows, at, text);
      if (hasReturn) {
        const end = text.size;
        value(returnRows, returnAt, text);
        if (end > labelled) text.cut(end);
      }
      if (text.size === labelled) text.cut(before);
    }
    if (text.size > start) text.piece(close);
    for (const shown of hooks) {
      shown(rows, at);
      if (hasReturn) shown(returnRows, returnAt);
    }
  };
  const isOfCalls = hooks.length === 0 && fields.every(({ ofReturns }) => ofReturns !== true);
  return isOfCalls ? madeOf(together(cells.map(({ value }) => value.source)), write) : write;
}

function aligned(column: Column, context: ColumnContext, palette: Palette): Cell {
  const { text: cell } = column.bind(context);
  const padded: Cell = madeOf(cell.source, (rows, at, text) => {
    const start = text.size;
    cell(rows, at, text);
    text.padStart(start, column.width);
  });
  const style = column.style === undefined ? unchanged : palette[column.style];
  return styled(column.width === 0 ? cell : padded, style);
}

const STAND_IN = '\0';

/** A cell with a style's escape sequences before and after its text. */
export function styled(cell: Cell, style: (text: string) => string): Cell {
  if (style === unchanged) return cell;
  const [open = '', close = ''] = style(STAND_IN).split(STAND_IN);
  return between(open, cell, close);
}

/** The header for lines made by textLine. */
export function headerLine(lead: readonly Column[], fields: readonly Column[]): string {
  const titles = lead.map((column) => column.header.padStart(column.width));
  const inside = fields.filter(({ below }) => below !== true).map((column) => column.header);
  return `${titles.join(' ')} (${inside.join(' ')})`;
}

/** For a cell that writes a JSON object: a cell that writes the object's members, each after a comma. */
function membersOf(object: Cell): Cell {
  return madeOf(object.source, (rows, at, text) => {
    const start = text.size;
    object(rows, at, text);
    const members = text.cutString(start).slice(1, -1);
    if (members !== '') text.string(`,${members}`);
  });
}

function jsonMember(column: Column, bound: BoundColumn, isFirst: boolean): Cell {
  if (column.ownNames === true) return membersOf(bound.json(''));
  return bound.json(`${isFirst ? '{' : ','}${JSON.stringify(column.key)}:`);
}

/** A line of JSON, without the newline: one object with every column, including those whose value is zero. */
export function jsonLine(columns: readonly Column[], context: ColumnContext): Cell {
  const bound = columns.map((column) => ({ column, own: column.bind(context) }));
  const members = bound.map(({ column, own }, index) => jsonMember(column, own, index === 0));
  return releasing(
    inOrder([...members, constant('}')]),
    bound.map(({ own }) => own),
  );
}
