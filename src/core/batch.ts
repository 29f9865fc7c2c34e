import { ROW_SIZE } from './abi.js';
import type { Cell } from './column.js';
import { isHidden } from './row.js';
import { NEWLINE, type TextBuffer } from './text-buffer.js';

/** Writes the lines of a batch, each with its newline. */
export function renderBatch(line: Cell, rows: DataView, count: number, text: TextBuffer): void {
  const end = count * ROW_SIZE;
  for (let at = 0; at < end; at += ROW_SIZE) {
    line(rows, at, text);
    text.character(NEWLINE);
  }
}

/** Of the first `count` rows, those up to the `room`th event: how many they are, and how many events are among them. */
export function firstEvents(rows: DataView, count: number, room: number): { rows: number; events: number } {
  let events = 0;
  let taken = 0;
  for (; taken < count && events < room; taken++) if (!isHidden(rows, taken * ROW_SIZE)) events++;
  return { rows: taken, events };
}
