// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * Most of a line is what was written before: of the same packet, or for the same function. To copy it takes less time than to
 * make it of numbers anew.
 */
import type { Cell } from './column.js';
import { madeOf, together } from './source.js';
import { STEP, type TextBuffer } from './text-buffer.js';

/** How many texts are kept of a function, a CPU and the like. */
const MOST_INDEXES = 65536;
/** How many are kept of other parts of lines: the packets of all CPUs, and calls and returns. */
const SLOTS = 64;
/** Most bytes of each of these. */
export const MOST_KEPT = 256;
const STEPS = MOST_KEPT / STEP;
const NONE = 0;
/** Words that are compared by one turn of a loop, which takes longer than to compare one. */
const AT_ONCE = 4;

/** The texts of a cell by a number of the row, as long as the number is small. */
class TextsByIndex {
  readonly #starts = new Uint32Array(MOST_INDEXES);
  readonly #sizes = new Uint32Array(MOST_INDEXES);
  #texts = new Float64Array(1024);
  #end = 0;

  constructor(
    private readonly offset: number,
    private readonly cell: Cell,
  ) {}

  write(rows: DataView, at: number, text: TextBuffer): void {
    const index = rows.getUint32(at + this.offset, true);
    const size = this.#sizes[index] ?? NONE;
    if (size === NONE) this.#make(index, rows, at, text);
    else text.steps(this.#texts, this.#starts[index] ?? 0, size);
  }

  #make(index: number, rows: DataView, at: number, text: TextBuffer): void {
    const start = text.size;
    this.cell(rows, at, text);
    if (index >= MOST_INDEXES) return;
    const size = text.size - start;
    this.#reserve(this.#end + size);
    text.keep(start, this.#texts, this.#end);
    this.#starts[index] = this.#end;
    this.#sizes[index] = size;
    this.#end += Math.ceil(size / STEP);
  }

  #reserve(steps: number): void {
    if (steps <= this.#texts.length) return;
    const texts = new Float64Array(steps * 2);
    texts.set(this.#texts);
    this.#texts = texts;
  }
}

/** The last texts of a cell, by the words that they were made of. */
class LastTexts {
  readonly #words: Int32Array;
  readonly #keys: Uint32Array;
  /** one more than the bytes of each, or NONE */
  readonly #sizes = new Uint32Array(SLOTS);
  readonly #texts = new Float64Array(SLOTS * STEPS);
  #last = 0;

  constructor(
    words: readonly number[],
    private readonly cell: Cell,
  ) {
    const [first = 0] = words;
    this.#words = new Int32Array(Math.ceil(words.length / AT_ONCE) * AT_ONCE).fill(first);
    this.#words.set(words);
    this.#keys = new Uint32Array(SLOTS * this.#words.length);
  }

  write(rows: DataView, at: number, text: TextBuffer): void {
    if (!this.#isOf(this.#last, rows, at)) this.#find(rows, at);
    const size = this.#sizes[this.#last] ?? NONE;
    if (size === NONE) this.#make(rows, at, text);
    else text.steps(this.#texts, this.#last * STEPS, size - 1);
  }

  /** True if the slot is for rows with the same words. */
  #isOf(slot: number, rows: DataView, at: number): boolean {
    const [words, keys] = [this.#words, this.#keys];
    const first = slot * words.length;
    for (let i = 0; i < words.length; i += AT_ONCE)
      if (
        keys[first + i] !== rows.getUint32(at + (words[i] ?? 0), true) ||
        keys[first + i + 1] !== rows.getUint32(at + (words[i + 1] ?? 0), true) ||
        keys[first + i + 2] !== rows.getUint32(at + (words[i + 2] ?? 0), true) ||
        keys[first + i + 3] !== rows.getUint32(at + (words[i + 3] ?? 0), true)
      )
        return false;
    return true;
  }

  /** Makes the row's slot the last one, and empty if it was for other rows. */
  #find(rows: DataView, at: number): void {
    let hash = 0;
    for (const word of this.#words) hash = Math.imul(hash ^ rows.getUint32(at + word, true), 0x9e3779b1);
    const slot = (hash >>> 16) % SLOTS;
    this.#last = slot;
    if (this.#isOf(slot, rows, at)) return;
    this.#sizes[slot] = NONE;
    this.#words.forEach((word, index) => {
      this.#keys[slot * this.#words.length + index] = rows.getUint32(at + word, true);
    });
  }

  /** Long texts are made anew each time. */
  #make(rows: DataView, at: number, text: TextBuffer): void {
    const start = text.size;
    this.cell(rows, at, text);
    const size = text.size - start;
    if (size > MOST_KEPT) return;
    this.#sizes[this.#last] = size + 1;
    text.keep(start, this.#texts, this.#last * STEPS);
  }
}

/** A part of a line. Calls of other things than these three would not be inlined, which takes as long as what they do. */
interface Part {
  readonly cell: Cell;
  /** how its texts are kept, if they are */
  readonly byIndex: TextsByIndex | null;
  readonly last: LastTexts | null;
}

function partOf(cell: Cell): Part {
  const { source } = cell;
  const isIndex = source !== undefined && 'index' in source;
  return {
    cell,
    byIndex: isIndex ? new TextsByIndex(source.index, cell) : null,
    last: source === undefined || isIndex ? null : new LastTexts(source.words, cell),
  };
}

/** Cells that write what these write, as few as possible: texts beside each other are kept as one. */
function joined(cells: readonly Cell[]): Cell[] {
  const groups: Cell[] = [];
  for (const cell of cells) {
    const before = groups.at(-1);
    const source = before === undefined ? undefined : together([before.source, cell.source]);
    if (before === undefined || source === undefined) {
      groups.push(cell);
      continue;
    }
    groups[groups.length - 1] = madeOf(source, (rows, at, text) => {
      before(rows, at, text);
      cell(rows, at, text);
    });
  }
  return groups;
}

/** Writes what all of the cells write, and keeps the texts that can be kept. */
export function inOrder(cells: readonly Cell[]): Cell {
  const parts = joined(cells).map(partOf);
  return (rows, at, text) => {
    for (const { cell, byIndex, last } of parts)
      if (last !== null) last.write(rows, at, text);
      else if (byIndex !== null) byIndex.write(rows, at, text);
      else cell(rows, at, text);
  };
}

/** The same cell; its texts are kept, if they can be. */
export const kept = (cell: Cell): Cell => (cell.source === undefined ? cell : inOrder([cell]));
