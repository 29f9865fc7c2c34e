// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { Damage } from './damage.js';

/*
 * Rows as a block holds them: words of 32 bits, with a stream for each word of a row. A stream has only those
 * rows in which the word is not what is expected there: how many rows were as expected before, the gap, and the
 * difference. Both are numbers of seven bits a byte, the lowest first. First come all gaps, then the first
 * bytes of all differences, then their second ones, and so on, which compresses better.
 */

const WORD = 4;
/** u32 number of rows, u32 words of a row */
const HEAD_SIZE = 8;
/** Bytes of the longest difference, 32 bits, and of the longest gap. */
const PLANES = 5;
const LONGEST_GAP = 3;

const NONE = -1;

/** In how many groups packets and functions are told apart, by their lowest bits. */
const GROUPS = 4096;

const PACKET = ROW.packet / WORD;
const FUNCTION = ROW.function / WORD;

/** Words that are expected to be those of the row before. */
const OF_ROW: readonly number[] = [
  PACKET,
  PACKET + 1,
  ROW.time_ns / WORD,
  ROW.time_ns / WORD + 1,
  ROW.cpu / WORD,
];
/** Words that are expected to be those of the last row with a function of the same group. */
const OF_FUNCTION: readonly number[] = [ROW.function_address / WORD, ROW.function_address / WORD + 1];
/** Words that are expected to be those of the row's own time, if it is the first one of its packet. */
const OF_BIRTH: readonly number[] = [ROW.born_ns / WORD, ROW.born_ns / WORD + 1];
const FROM_TIME = (ROW.time_ns - ROW.born_ns) / WORD;

/**
 * The version of blocks that the addon makes. In those of version 1 the first row of a packet is expected to be
 * the row before.
 */
export const ROWS_VERSION = 2;

/** All others are expected to be those of the last row with a packet of the same group. */
function ofPacket(words: number): Int32Array {
  const others = [...OF_ROW, ...OF_FUNCTION, ...OF_BIRTH, FUNCTION];
  return Int32Array.from(
    Array.from({ length: words }, (_, word) => word).filter((word) => !others.includes(word)),
  );
}

/** The last rows of the groups: their offsets in words; 0: there has been none. */
class LastRows {
  readonly #last = new Int32Array(GROUPS);

  /** The last row of a number's group, or null; from now on that is the row at `at`. */
  next(number: number, at: number): number | null {
    const group = number & (GROUPS - 1);
    const last = this.#last[group] ?? 0;
    this.#last[group] = at;
    return last === 0 ? null : last;
  }
}

/** Reads the stream of one word, from one row to the next. */
class Stream {
  /** where the next gap is, and the next byte of each plane */
  #gapAt: number;
  readonly #at: number[] = [];
  #entries: number;
  #left = NONE;

  /** The stream is from `begin` to `end` of the bytes, and has at most `most` entries. */
  constructor(
    private readonly bytes: Buffer,
    begin: number,
    private readonly end: number,
    most: number,
  ) {
    this.#entries = begin === end ? 0 : bytes.readUInt32LE(begin);
    if (this.#entries > most) throw new Damage('a stream has more entries than there are rows');
    this.#gapAt = begin + WORD;
    if (begin !== end) this.#findPlanes();
    this.#left = this.#gap();
  }

  /** The difference from what is expected in the next row. */
  next(): number {
    if (this.#left === NONE || this.#left-- !== 0) return 0;
    let value = 0;
    for (let plane = 0; plane < PLANES; plane++) {
      const at = this.#at[plane] ?? 0;
      const byte = this.bytes[at] ?? 0;
      this.#at[plane] = at + 1;
      value |= (byte & 0x7f) << (7 * plane);
      if (byte < 0x80) break;
    }
    this.#left = this.#gap();
    return ((value >>> 0) >>> 1) ^ -(value & 1);
  }

  /** Throws Damage if there are entries for further rows. */
  close(): void {
    if (this.#left !== NONE) throw new Damage('a stream of rows is too long');
  }

  /** Rows that are as expected before the next entry; NONE: there is none. */
  #gap(): number {
    if (this.#entries === 0) return NONE;
    this.#entries--;
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = this.bytes[this.#gapAt++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7;
    }
  }

  /** Each plane has a byte for each byte of the one before that is not the last of its number. */
  #findPlanes(): void {
    let at = this.#gapAt;
    for (let gap = 0; gap < this.#entries; gap++) {
      let length = 1;
      while ((this.bytes[at++] ?? 0) >= 0x80)
        if (++length > LONGEST_GAP) throw new Damage('a gap is too long');
    }
    let bytes = this.#entries;
    for (let plane = 0; plane < PLANES; plane++) {
      this.#at.push(at);
      const next = at + bytes;
      if (next > this.end) throw new Damage('a stream of rows is cut');
      bytes = 0;
      for (; at < next; at++) if ((this.bytes[at] ?? 0) >= 0x80) bytes++;
    }
    if (at !== this.end || bytes > 0) throw new Damage('a stream of rows is too long');
  }
}

function streamsIn(payload: Buffer, words: number, count: number): Stream[] {
  const streams: Stream[] = [];
  let at = HEAD_SIZE;
  for (let word = 0; word < words; word++) {
    if (at + WORD > payload.length) throw new Damage('a block of rows is cut');
    const begin = at + WORD;
    at = begin + payload.readUInt32LE(begin - WORD);
    if (at > payload.length) throw new Damage('a stream of rows is cut');
    if (at > begin && at < begin + WORD) throw new Damage('a stream of rows is cut');
    streams.push(new Stream(payload, begin, at, count));
  }
  if (at !== payload.length) throw new Damage('a block of rows is too long');
  return streams;
}

/**
 * The rows of a block's payload, behind a row of zeros. Throws Damage if the payload is not what encodeRows()
 * makes of at most `most` rows of `words` words. `version`: of the block.
 */
export function decodeRows(
  payload: Buffer,
  words: number,
  most: number,
  version = ROWS_VERSION,
): Int32Array<ArrayBuffer> {
  if (payload.length < HEAD_SIZE) throw new Damage('a block of rows is cut');
  const [count, own] = [payload.readUInt32LE(0), payload.readUInt32LE(WORD)];
  if (own !== words) throw new Damage(`rows have ${own} words, not ${words}`);
  if (count > most) throw new Damage(`a block has ${count} rows, more than ${most}`);
  const streams = streamsIn(payload, words, count);
  const rows = new Int32Array((count + 1) * words);
  const [packets, functions] = [new LastRows(), new LastRows()];
  const others = ofPacket(words);
  const isFirstVersion = version === 1;
  const read = (word: number, at: number, from: number): void => {
    rows[at + word] = (rows[from + word] ?? 0) + (streams[word]?.next() ?? 0);
  };
  for (let row = 0; row < count; row++) {
    const at = (row + 1) * words;
    const before = at - words;
    for (const word of OF_ROW) read(word, at, before);
    const samePacket = packets.next(rows[at + PACKET] ?? 0, at);
    read(FUNCTION, at, samePacket ?? before);
    const sameFunction = functions.next(rows[at + FUNCTION] ?? 0, at) ?? before;
    for (const word of OF_FUNCTION) read(word, at, sameFunction);
    for (const word of OF_BIRTH) read(word, at, samePacket ?? (isFirstVersion ? before : at + FROM_TIME));
    for (const word of others) read(word, at, samePacket ?? (isFirstVersion ? before : sameFunction));
  }
  for (const stream of streams) stream.close();
  return rows;
}
