// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { RowRing } from '../../src/capture/row-ring.js';
import { ROW_SIZE } from '../../src/core/abi.js';
import { number64 } from '../../src/core/row.js';
import { ROW } from '../../src/core/abi.js';
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
  const ring = new RowRing(size * ROW_SIZE, ROW_SIZE);
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
  const ring = new RowRing(SIZE, ROW_SIZE);
  const memory = (): number => process.memoryUsage().arrayBuffers;
  const before = memory();
  const batch = batchOf(rowsFrom(0, 4096));
  ring.put(batch);
  expect(memory() - before).toBeLessThan(8_000_000);
  while (ring.end < 2 * ring.capacity) ring.put(batch);
  expect(memory() - before).toBeLessThanOrEqual(SIZE + 1_000_000);
  expect(ring.capacity * ROW_SIZE).toBeGreaterThan(0.9 * SIZE);
});
