// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../src/ways/histogram.js';
import { Random } from '../support/random.js';

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe('a histogram', () => {
  it('of nothing has no latency', () => {
    expect(new Histogram().latency()).toEqual({
      ...{ count: 0, p50_ns: 0, p90_ns: 0, p99_ns: 0, max_ns: 0, sum_ns: 0 },
    });
  });

  it('has count, sum and maximum exactly, and small values too', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(histogramOf(values).latency()).toEqual({
      ...{ count: 100, p50_ns: 50, p90_ns: 90, p99_ns: 99, max_ns: 100, sum_ns: 5050 },
    });
  });

  it('of one value has that value', () => {
    for (const value of [0, 127, 128, 255, 1_000_000, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1])
      expect(histogramOf([value]).latency()).toMatchObject({ p50_ns: value, p99_ns: value, max_ns: value });
  });

  it.each([200, 10_000, 1_000_000_000, 2 ** 40])('is at most 1 percent off, for values up to %i', (most) => {
    const numbers = new Random();
    const values = Array.from({ length: 5000 }, () => Math.floor((numbers.below(1e9) / 1e9) ** 3 * most));
    const histogram = histogramOf(values);
    const sorted = values.toSorted((left, right) => left - right);
    for (const share of [0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1]) {
      const exact = sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
      expect(Math.abs(histogram.quantile(share) - exact)).toBeLessThanOrEqual(exact * 0.01);
    }
  });
});
