import type { Cell, Column, ColumnContext, Style } from './column.js';

/** Colours text for a terminal. */
export type Palette = Readonly<Record<Style, (text: string) => string>>;

const unchanged = (text: string): string => text;
/** Leaves text as it is: for files and pipes. */
export const PLAIN: Palette = { dim: unchanged, bold: unchanged, cyan: unchanged };

/**
 * A line for people, without the newline: the lead columns separated by spaces, then ` (key: value ...)` with the
 * fields that have something to say about this row.
 */
export function textLine(
  lead: readonly Column[],
  fields: readonly Column[],
  context: ColumnContext,
  palette: Palette = PLAIN,
): Cell {
  const leadCells = lead.map((column) => aligned(column, context, palette));
  const fieldCells = fields.map((column) => ({ label: `${column.key}: `, text: column.bind(context).text }));
  return (rows, at) => {
    let line = '';
    for (const cell of leadCells) line += line === '' ? cell(rows, at) : ` ${cell(rows, at)}`;
    let open = ' (';
    for (const { label, text } of fieldCells) {
      const value = text(rows, at);
      if (value === '') continue;
      line += open + label + value;
      open = ' ';
    }
    return open === ' ' ? `${line})` : line;
  };
}

function aligned(column: Column, context: ColumnContext, palette: Palette): Cell {
  const { text } = column.bind(context);
  const padded: Cell = column.width === 0 ? text : (rows, at) => text(rows, at).padStart(column.width);
  const style = column.style === undefined ? unchanged : palette[column.style];
  return style === unchanged ? padded : (rows, at) => style(padded(rows, at));
}

/** The titles over lines made by textLine. */
export function headerLine(lead: readonly Column[], fields: readonly Column[]): string {
  const titles = lead.map((column) => column.header.padStart(column.width));
  return `${titles.join(' ')} (${fields.map((column) => column.header).join(' ')})`;
}

/** A line of JSON, without the newline: one object with every column, zero values included. */
export function jsonLine(columns: readonly Column[], context: ColumnContext): Cell {
  const members = columns.map((column, index) =>
    column.bind(context).json(`${index === 0 ? '{' : ','}${JSON.stringify(column.key)}:`),
  );
  return (rows, at) => {
    let line = '';
    for (const member of members) line += member(rows, at);
    return `${line}}`;
  };
}
