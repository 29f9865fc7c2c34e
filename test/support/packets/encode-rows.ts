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

/** Seven bits a byte, the lowest first. */
const numberBytes = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...numberBytes(Math.floor(value / 128))];

const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

/** For each row the last one before it in whose word at `key` the lowest 12 bits are the same, or the one before. */
function lastAlike(rows: readonly (readonly number[])[], key: number): number[] {
  const last = new Map<number, number>();
  return rows.map((row, index) => {
    const group = (row[key] ?? 0) & 0xfff;
    const before = last.get(group) ?? index - 1;
    last.set(group, index);
    return before;
  });
}

export const encodeRows: EncodeRows = (all, count, words) => {
  const rows = Array.from({ length: count }, (_, row) => [
    ...all.subarray((row + 1) * words, (row + 2) * words),
  ]);
  const inOrder = rows.map((_, index) => index - 1);
  const byPacket = lastAlike(rows, word(ROW.packet));
  const byFunction = lastAlike(rows, word(ROW.function));
  const beforeOf = (at: number): number[] => {
    if (OF_ROW.includes(at)) return inOrder;
    return OF_FUNCTION.includes(at) ? byFunction : byPacket;
  };
  const streams = Array.from({ length: words }, (_, at) => {
    const before = beforeOf(at);
    let skipped = 0;
    const entries = rows.flatMap((row, index) => {
      const difference = ((row[at] ?? 0) - (rows[before[index] ?? -1]?.[at] ?? 0)) | 0;
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
