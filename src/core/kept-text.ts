// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * Most of a line is what was written before: of the same packet, or for the same function. To copy it takes less time than to
 * make it of numbers anew.
 */
import type { Cell } from './column.js';
import { madeOf, together } from './source.js';
import { MOST_KEPT, type Piece, type TextBuffer } from './text-buffer.js';

/** How many texts are kept of a function, a CPU and the like. */
const MOST_INDEXES = 65536;
/** How many are kept of other parts of lines: the packets of all CPUs, and calls and returns. */
const SLOTS = 64;
const EMPTY = -1;

/** Writes what all of the cells write. */
export function inOrder(cells: readonly Cell[]): Cell {
  const [first] = cells;
  if (first !== undefined && cells.length === 1) return first;
  return (rows, at, text) => {
    for (const cell of cells) cell(rows, at, text);
  };
}

/** Keeps the texts of a cell by a number of the row, as long as the number is small. */
export function keptByIndex(offset: number, cell: Cell): Cell {
  const known: (Piece | undefined)[] = [];
  return (rows, at, text) => {
    const index = rows.getUint32(at + offset, true);
    if (index >= MOST_INDEXES) return cell(rows, at, text);
    const piece = known[index];
    if (piece !== undefined) return text.piece(piece);
    const start = text.size;
    cell(rows, at, text);
    known[index] = text.pieceFrom(start);
  };
}

/** The last texts of a cell, by the words that they were made of. */
class LastTexts {
  readonly #words: readonly number[];
  readonly #keys: Uint32Array;
  readonly #sizes = new Int16Array(SLOTS).fill(EMPTY);
  readonly #texts = new DataView(new ArrayBuffer(SLOTS * MOST_KEPT));
  #last = 0;

  constructor(words: readonly number[]) {
    this.#words = words;
    this.#keys = new Uint32Array(SLOTS * words.length);
  }

  /** Appends the text of a row if it is known. */
  write(rows: DataView, at: number, text: TextBuffer): boolean {
    if (!this.#isOf(rows, at)) {
      this.#last = this.#slotOf(rows, at);
      if (!this.#isOf(rows, at)) return false;
    }
    text.copy(this.#texts, this.#last * MOST_KEPT, this.#sizes[this.#last] ?? 0);
    return true;
  }

  /** Keeps what was written for a row after the first `start` bytes, unless it is long; write() has not known it. */
  keep(rows: DataView, at: number, text: TextBuffer, start: number): void {
    const slot = this.#last;
    const size = text.size - start;
    this.#sizes[slot] = size > MOST_KEPT ? EMPTY : size;
    if (size > MOST_KEPT) return;
    this.#words.forEach((word, index) => {
      this.#keys[slot * this.#words.length + index] = rows.getUint32(at + word, true);
    });
    text.keep(start, this.#texts, slot * MOST_KEPT);
  }

  /** True if the last slot is that of a row with the same words. */
  #isOf(rows: DataView, at: number): boolean {
    const words = this.#words;
    const first = this.#last * words.length;
    for (let i = 0; i < words.length; i++)
      if (this.#keys[first + i] !== rows.getUint32(at + (words[i] ?? 0), true)) return false;
    return this.#sizes[this.#last] !== EMPTY;
  }

  #slotOf(rows: DataView, at: number): number {
    let hash = 0;
    for (const word of this.#words) hash = Math.imul(hash ^ rows.getUint32(at + word, true), 0x9e3779b1);
    return (hash >>> 16) % SLOTS;
  }
}

function keptByWords(words: readonly number[], cell: Cell): Cell {
  const texts = new LastTexts(words);
  return (rows, at, text) => {
    if (texts.write(rows, at, text)) return;
    const start = text.size;
    cell(rows, at, text);
    texts.keep(rows, at, text, start);
  };
}

/** The same cell; its texts are kept, if they can be. */
export function kept(cell: Cell): Cell {
  const { source } = cell;
  if (source === undefined) return cell;
  return 'index' in source ? keptByIndex(source.index, cell) : keptByWords(source.words, cell);
}

/** Cells that write what these write, as few as possible: texts beside each other are kept as one. */
export function keptCells(cells: readonly Cell[]): Cell[] {
  const groups: Cell[] = [];
  for (const cell of cells) {
    const before = groups.at(-1);
    const source = before === undefined ? undefined : together([before.source, cell.source]);
    if (before === undefined || source === undefined) groups.push(cell);
    else groups[groups.length - 1] = madeOf(source, inOrder([before, cell]));
  }
  return groups.map(kept);
}
