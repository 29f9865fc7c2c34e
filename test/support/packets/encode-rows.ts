// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../../../src/core/abi.js';
import type { EncodeRows } from '../../../src/core/batch.js';

/*
 * Rows of a capture file as docs/capture-file.md describes them, in plain words: what the addon does in C++.
 */

const word = (offset: number): number => offset / 4;
const pair = (offset: number): number[] => [word(offset), word(offset) + 1];

const OF_ROW = [...pair(ROW.packet), ...pair(ROW.time_ns), word(ROW.cpu)];
const OF_FUNCTION = pair(ROW.function_address);
const OF_BIRTH = pair(ROW.born_ns);
const FROM_TIME = word(ROW.time_ns) - word(ROW.born_ns);

/** Seven bits a byte, the lowest first. */
const numberBytes = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...numberBytes(Math.floor(value / 128))];

const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

/** For each row the last one before it in whose word at `key` the lowest 12 bits are the same; null: there is none. */
function lastAlike(rows: readonly (readonly number[])[], key: number): (number | null)[] {
  const last = new Map<number, number>();
  return rows.map((row, index) => {
    const group = (row[key] ?? 0) & 0xfff;
    const before = last.get(group) ?? null;
    last.set(group, index);
    return before;
  });
}

export const encodeRows: EncodeRows = (all, count, words) => {
  const rows = Array.from({ length: count }, (_, row) => [
    ...all.subarray((row + 1) * words, (row + 2) * words),
  ]);
  const byPacket = lastAlike(rows, word(ROW.packet));
  const byFunction = lastAlike(rows, word(ROW.function)).map((row, index) => row ?? index - 1);
  const expected = (index: number, at: number): number => {
    const samePacket = byPacket[index] ?? null;
    const valueOf = (row: number, of = at): number => rows[row]?.[of] ?? 0;
    if (OF_ROW.includes(at)) return valueOf(index - 1);
    if (OF_FUNCTION.includes(at)) return valueOf(byFunction[index] ?? -1);
    if (samePacket !== null) return valueOf(samePacket);
    if (OF_BIRTH.includes(at)) return valueOf(index, at + FROM_TIME);
    return valueOf(at === word(ROW.function) ? index - 1 : (byFunction[index] ?? -1));
  };
  const streams = Array.from({ length: words }, (_, at) => {
    let skipped = 0;
    const entries = rows.flatMap((row, index) => {
      const difference = ((row[at] ?? 0) - expected(index, at)) | 0;
      if (difference === 0) {
        skipped++;
        return [];
      }
      const gap = skipped;
      skipped = 0;
      return [{ gap, bytes: numberBytes(((difference << 1) ^ (difference >> 31)) >>> 0) }];
    });
    if (entries.length === 0) return [];
    const planes = [0, 1, 2, 3, 4].flatMap((plane) => entries.flatMap(({ bytes }) => bytes[plane] ?? []));
    return [...u32(entries.length), ...entries.flatMap(({ gap }) => numberBytes(gap)), ...planes];
  });
  const parts = streams.map((stream) => [...u32(stream.length), ...stream]);
  return Buffer.from([...u32(count), ...u32(words), ...parts.flat()]);
};
