// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { forgetOldest } from '../../src/core/oldest.js';

const numbers = (length: number): Set<number> => new Set(Array.from({ length }, (_, index) => index));

it('the oldest are deleted if there are too many, each told before', () => {
  const kept = numbers(161);
  const told: number[] = [];
  forgetOldest(kept, 160, (key) => told.push(kept.has(key) ? key : NaN));
  expect(told).toEqual([...numbers(11)]);
  expect([...kept]).toEqual([...numbers(161)].slice(11));
});

it('nothing is deleted while there is room', () => {
  const kept = numbers(160);
  forgetOldest(kept, 160);
  expect(kept.size).toBe(160);
});
