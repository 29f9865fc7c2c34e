// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes that are copied at a time. */
export const STEP = 8;

/** Constant text as UTF-8. */
export interface Piece {
  readonly steps: Float64Array;
  /** bytes of the text; the last step may have more */
  readonly length: number;
}

export function pieceOf(text: string): Piece {
  const encoded = encoder.encode(text);
  const bytes = new Uint8Array(Math.ceil(encoded.length / STEP) * STEP);
  bytes.set(encoded);
  const steps = new Float64Array(bytes.length / STEP);
  toSteps(new DataView(bytes.buffer), 0, steps, 0, encoded.length);
  return { steps, length: encoded.length };
}

/**
 * Copies bytes, and up to seven more, as numbers of eight bytes, which takes one load and one store each: UTF-8 has no eight
 * bytes that are a NaN, which might become another one.
 */
function toSteps(from: DataView, at: number, steps: Float64Array, first: number, length: number): void {
  for (let i = 0; i < length; i += STEP) steps[first + i / STEP] = from.getFloat64(at + i, true);
}

/** Table of all two-digit numbers in this base: their digits in ASCII, the first one in the lowest byte. */
function twoDigits(base: 10 | 16): Uint16Array {
  const digits = Array.from({ length: base }, (_, digit) => digit.toString(base).charCodeAt(0));
  return Uint16Array.from(digits.flatMap((high) => digits.map((low) => high | (low << 8))));
}

const TWO_HEX_DIGITS = twoDigits(16);

/**
 * Table of all four-digit decimal numbers, made like that of twoDigits; built at every start, so it has to be
 * fast.
 */
function fourDigits(): Uint32Array {
  const pairs = twoDigits(10);
  const table = new Uint32Array(10_000);
  let number = 0;
  for (const high of pairs) for (const low of pairs) table[number++] = high | (low << 16);
  return table;
}

const FOUR_DIGITS = fourDigits();

export const NEWLINE = 0x0a;
export const SPACE = 0x20;
const BACKSLASH = 0x5c;
const FIRST_SIZE = 64 * 1024;
/** If a batch needed a larger buffer, that is released afterwards. */
const LARGEST_KEPT = 4 * 1024 * 1024;
/** Most bytes that a single number or word needs. */
const ROOM = 32;

/** Four hex digits in ASCII, the first one in the lowest byte. */
function hexDigits(half: number): number {
  return (TWO_HEX_DIGITS[half >>> 8] ?? 0) | ((TWO_HEX_DIGITS[half & 255] ?? 0) << 16);
}

/**
 * Builds text as UTF-8 bytes. No string is made for a line or a number: a tracer writes millions of them a
 * second.
 */
export class TextBuffer {
  #bytes = new Uint8Array(FIRST_SIZE);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  /** Bytes written so far. */
  get size(): number {
    return this.#size;
  }

  /** Returns the bytes written so far, valid until the next write, and starts anew. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#size);
    this.#size = 0;
    if (this.#bytes.length > LARGEST_KEPT) this.#resize(FIRST_SIZE);
    return taken;
  }

  piece({ steps, length }: Piece): void {
    this.steps(steps, 0, length);
  }

  /** Appends the bytes that begin with a step. */
  steps(steps: Float64Array, first: number, length: number): void {
    this.#reserve(length);
    const view = this.#view;
    const start = this.#size;
    let step = first;
    for (let i = 0; i < length; i += STEP) view.setFloat64(start + i, steps[step++] ?? 0, true);
    this.#size = start + length;
  }

  /** Copies what was written after the first `start` bytes. */
  keep(start: number, steps: Float64Array, first: number): void {
    toSteps(this.#view, start, steps, first, this.#size - start);
  }

  string(text: string): void {
    this.#reserve(text.length * 3);
    this.#size += encoder.encodeInto(text, this.#bytes.subarray(this.#size)).written;
  }

  /** Appends one ASCII character. */
  character(code: number): void {
    this.#word(code, 1);
  }

  /** Appends an integer in decimal, from 0 to 2^53. */
  number(value: number): void {
    if (value >= 100_000_000) {
      const high = Math.floor(value / 100_000_000);
      this.number(high);
      this.eightDigits(value - high * 100_000_000);
    } else if (value >= 10_000) {
      const high = (value / 10_000) | 0;
      this.number(high);
      this.#word(FOUR_DIGITS[value - high * 10_000] ?? 0, 4);
    } else {
      const zeros = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
      this.#word((FOUR_DIGITS[value] ?? 0) >>> (8 * zeros), 4 - zeros);
    }
  }

  /** Appends eight digits of an integer below 10^8. */
  eightDigits(value: number): void {
    const whole = value | 0; // an integer is divided in a quarter of the time
    const high = (whole / 10_000) | 0;
    this.#reserve(8);
    this.#view.setUint32(this.#size, FOUR_DIGITS[high] ?? 0, true);
    this.#view.setUint32(this.#size + 4, FOUR_DIGITS[whole - high * 10_000] ?? 0, true);
    this.#size += 8;
  }

  /** Appends three digits of an integer below 1000. */
  threeDigits(value: number): void {
    this.#word((FOUR_DIGITS[value] ?? 0) >>> 8, 3);
  }

  /** Appends the u64 at an offset, in decimal. */
  number64(from: DataView, offset: number): void {
    const high = from.getUint32(offset + 4, true);
    if (high < 0x20_0000) this.number(high * 0x1_0000_0000 + from.getUint32(offset, true));
    else this.string(from.getBigUint64(offset, true).toString());
  }

  /** Appends the u64 at an offset, in hex without leading zeros. */
  hex64(from: DataView, offset: number): void {
    const high = from.getUint32(offset + 4, true);
    if (high < 0x1000_0000) return this.string(from.getBigUint64(offset, true).toString(16));
    this.#hexWord(high);
    this.#hexWord(from.getUint32(offset, true));
  }

  /**
   * Right-aligns what was written after the first `start` bytes, by inserting spaces, to a width of `width`
   * bytes.
   */
  padStart(start: number, width: number): void {
    const missing = width - (this.#size - start);
    if (missing <= 0) return;
    this.#reserve(missing);
    const bytes = this.#bytes;
    // Padded texts are short: copyWithin() and fill() would take longer than this loop.
    for (let i = this.#size - 1; i >= start; i--) bytes[i + missing] = bytes[i] ?? 0;
    for (let i = start; i < start + missing; i++) bytes[i] = SPACE;
    this.#size += missing;
  }

  /** Removes leading spaces from what was written after the first `start` bytes. */
  trimStart(start: number): void {
    let first = start;
    while (first < this.#size && this.#bytes[first] === SPACE) first++;
    this.#bytes.copyWithin(start, first, this.#size);
    this.#size -= first - start;
  }

  byteAt(index: number): number {
    return this.#bytes[index] ?? 0;
  }

  /**
   * Removes the quotes of the JSON string that was written after the first `start` bytes. Returns false and
   * changes nothing if it has an escape or the character `special`.
   */
  unquote(start: number, special: number): boolean {
    const bytes = this.#bytes;
    const end = this.#size - 1;
    for (let at = start + 1; at < end; at++)
      if (bytes[at] === BACKSLASH || bytes[at] === special) return false;
    for (let at = start + 1; at < end; at++) bytes[at - 1] = bytes[at] ?? 0;
    this.#size = end - 1;
    return true;
  }

  /** True if the character is among what was written after the first `start` bytes. */
  has(code: number, start: number): boolean {
    // Behind #size the buffer may have megabytes.
    return this.#bytes.subarray(start, this.#size).includes(code);
  }

  /** Removes and returns what was written after the first `start` bytes. */
  cutString(start: number): string {
    const cut = decoder.decode(this.#bytes.subarray(start, this.#size));
    this.#size = start;
    return cut;
  }

  /** Removes what was written after the first `size` bytes. */
  cut(size: number): void {
    this.#size = size;
  }

  #hexWord(word: number): void {
    this.#word(hexDigits(word >>> 16), 4);
    this.#word(hexDigits(word & 0xffff), 4);
  }

  #word(word: number, length: number): void {
    this.#reserve(length);
    this.#view.setUint32(this.#size, word, true);
    this.#size += length;
  }

  #reserve(length: number): void {
    const needed = this.#size + length + ROOM;
    if (needed > this.#bytes.length) this.#resize(Math.max(needed, this.#bytes.length * 2));
  }

  #resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
