import { ROW_SIZE } from './abi.js';
import type { Cell } from './column.js';

/** The lines of a batch, each with its newline. */
export function renderBatch(line: Cell, rows: DataView, count: number): string {
  let text = '';
  const end = count * ROW_SIZE;
  for (let at = 0; at < end; at += ROW_SIZE) text += `${line(rows, at)}\n`;
  return text;
}
