// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import { NotedBytes } from './noted-bytes.js';

/** The bytes of the packets of rows that follow each other. */
interface Piece {
  /** number of the first row */
  readonly first: number;
  /** number of the row behind the last one */
  readonly end: number;
  /** undefined: none of these packets has bytes */
  readonly bytes: DataView | undefined;
}

const NOTHING = { end: Infinity, bytes: undefined };

const sizeOf = ({ bytes }: Piece): number => bytes?.byteLength ?? 0;

/** Keeps the bytes of the packets of the last rows in memory. */
export class BytesRing {
  readonly #noted: NotedBytes;
  readonly #pieces: Piece[] = [];
  #size = 0;
  #first = 0;

  /** `most`: bytes of memory; `offset`: where in a row the places of its packet's bytes stand */
  constructor(
    private readonly most: number,
    offset: number,
  ) {
    this.#noted = new NotedBytes(offset);
  }

  /** Number of the first row whose bytes are kept. */
  get first(): number {
    return this.#first;
  }

  /** What `first` is at most after further bytes, of which there are not more than this. */
  firstAfter(further: number): number {
    let size = this.#size + further;
    let first = this.#first;
    for (const piece of this.#pieces) {
      if (size <= this.most) break;
      size -= sizeOf(piece);
      first = piece.end;
    }
    return first;
  }

  /** Takes the bytes of the packets of rows, the first of which has the number `first`, and puts their places into the rows. */
  put({ rows, count, rowSize, bytes }: Batch, first: number): void {
    let begin = 0;
    for (let row = 0; row < count; row++) {
      this.#noted.take(rows, row * rowSize, bytes);
      if (!this.#noted.isFull && row + 1 < count) continue;
      const own = new DataView(rows.buffer, rows.byteOffset + begin * rowSize);
      this.#add({ first: first + begin, end: first + row + 1, bytes: this.#noted.batchBytes(own) });
      begin = row + 1;
    }
  }

  /** The bytes for the row with this number, and that of the first row that needs others. */
  of(row: number): Pick<Piece, 'end' | 'bytes'> {
    let [low, high] = [0, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pieces[middle]?.end ?? Infinity) <= row) low = middle + 1;
      else high = middle;
    }
    return this.#pieces[low] ?? NOTHING;
  }

  /** Forgets the bytes of rows before this one. */
  forgetBefore(row: number): void {
    while ((this.#pieces[0]?.end ?? Infinity) <= row) this.#forget();
  }

  #add(piece: Piece): void {
    this.#pieces.push(piece);
    this.#size += sizeOf(piece);
    while (this.#size > this.most && this.#pieces.length > 1) this.#forget();
  }

  #forget(): void {
    const piece = this.#pieces.shift();
    if (piece === undefined) return;
    this.#size -= sizeOf(piece);
    this.#first = piece.end;
  }
}
