// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { RowRing } from '../../src/capture/row-ring.js';
import { ROW_SIZE } from '../../src/core/abi.js';
import { snapReader, type Snap } from '../../src/core/packet-bytes.js';
import { NO_LAYOUT } from '../../src/core/reads.js';
import { number64 } from '../../src/core/row.js';
import { ROW } from '../../src/core/abi.js';
import { batchWithBytes, BYTES_LAYOUT, snapOf } from '../support/packets/bytes.js';
import { Random } from '../support/random.js';
import { batchOf, pack } from '../support/packets/rows.js';

const numberOf = number64(ROW.packet);

/** Rows that have these numbers. */
const rowsFrom = (first: number, count: number): DataView =>
  pack(Array.from({ length: count }, (_, index) => ({ packet: BigInt(first + index) })));

function numbersIn(ring: RowRing, from: number, most: number): number[] {
  const numbers: number[] = [];
  for (let row = from; row < ring.end;) {
    const { rows, count, rowSize } = ring.at(row, most);
    for (let at = 0; at < count * rowSize; at += rowSize) numbers.push(numberOf(rows, at));
    row += count;
  }
  return numbers;
}

it.each([1, 2, 7, 10, 64, 1000])('a ring of the size of %i rows keeps the last ones', (size) => {
  const ring = new RowRing(size * ROW_SIZE, NO_LAYOUT);
  expect(ring.capacity).toBeGreaterThanOrEqual(1);
  expect(ring.capacity).toBeLessThanOrEqual(Math.max(size, 4));
  const random = new Random();
  let next = 0;
  for (let batch = 0; batch < 50; batch++) {
    const count = 1 + random.below(2 * ring.capacity);
    ring.put(batchOf(rowsFrom(next, count)));
    next += count;
    expect(ring.end).toBe(next);
    expect(ring.first).toBe(Math.max(next - ring.capacity, 0));
    const kept = Array.from({ length: next - ring.first }, (_, index) => ring.first + index);
    expect(numbersIn(ring, ring.first, 1 + random.below(10))).toEqual(kept);
  }
});

it('a ring takes no more memory than it has been given, and that only when it is used', () => {
  const SIZE = 64_000_000;
  const ring = new RowRing(SIZE, NO_LAYOUT);
  const memory = (): number => process.memoryUsage().arrayBuffers;
  const before = memory();
  const batch = batchOf(rowsFrom(0, 4096));
  ring.put(batch);
  expect(memory() - before).toBeLessThan(8_000_000);
  while (ring.end < 2 * ring.capacity) ring.put(batch);
  expect(memory() - before).toBeLessThanOrEqual(SIZE + 1_000_000);
  expect(ring.capacity * ROW_SIZE).toBeGreaterThan(0.9 * SIZE);
});

const snapIn = snapReader(BYTES_LAYOUT);

/** Packets with their bytes, most of which are those of the packet before; a few have none. */
function eventsFrom(first: number, count: number, random: Random) {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const bytes = Buffer.alloc(1 + (number % 50), number >> 2);
    return { packet: BigInt(number), snap: random.below(10) === 0 ? null : snapOf({ bytes }) };
  });
}

const textOf = (snap: Snap | null): string | null =>
  snap === null ? null : Buffer.from(snap.bytes).toString('hex');

it.each([4000, 20_000, 300_000])('a ring of %i bytes keeps the last rows with their bytes', (size) => {
  const ring = new RowRing(size, BYTES_LAYOUT);
  const random = new Random();
  const given: (string | null)[] = [];
  let byBytes = 0;
  for (let batch = 0; batch < 60; batch++) {
    const events = eventsFrom(given.length, 1 + random.below(2 * ring.capacity), random);
    const all = batchWithBytes(events);
    const expected = ring.firstAfter(all, all.count);
    ring.put(all);
    given.push(...events.map(({ snap }) => textOf(snap)));
    expect(ring.end).toBe(given.length);
    expect(ring.first).toBeGreaterThanOrEqual(given.length - ring.capacity);
    expect(ring.first).toBeLessThanOrEqual(expected);
    if (ring.first > given.length - ring.capacity) byBytes++;
    const kept: (string | null)[] = [];
    for (let row = ring.first; row < ring.end;) {
      const part = ring.at(row, 1 + random.below(10));
      expect(part.count).toBeGreaterThan(0);
      for (let at = 0; at < part.count * part.rowSize; at += part.rowSize)
        kept.push(textOf(snapIn(part, at)));
      row += part.count;
    }
    expect(kept).toEqual(given.slice(ring.first));
  }
  expect(byBytes).toBeGreaterThan(0);
});

it('a ring with bytes takes no more memory than it has been given', () => {
  const SIZE = 32_000_000;
  const ring = new RowRing(SIZE, BYTES_LAYOUT);
  const memory = (): number => process.memoryUsage().arrayBuffers;
  const before = memory();
  const bytes = Buffer.alloc(1000, 7);
  const batch = batchWithBytes(
    Array.from({ length: 1024 }, (_, index) => ({ packet: BigInt(index), snap: snapOf({ bytes }) })),
  );
  for (let put = 0; put < 200; put++) ring.put(batch);
  (globalThis as { gc?: () => void }).gc?.();
  expect(ring.end - ring.first).toBeGreaterThan(8 * 1024);
  expect(memory() - before).toBeLessThanOrEqual(SIZE + 4_000_000);
});
