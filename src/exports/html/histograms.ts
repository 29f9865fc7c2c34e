// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ReportHistogram } from '../../report/head.js';
import { Histogram } from '../../ways/histogram.js';

const MOST_BINS = 240;

/** Counts of packets by time, in bins that become wider as the trace becomes longer. */
export class TimeHistogram {
  /** ns of a bin */
  #step = 1000;
  #all: number[] = [];
  #dropped: number[] = [];

  /** `ns`: since the trace's first event. */
  add(ns: number, isDropped: boolean): void {
    while (ns >= this.#step * MOST_BINS) {
      this.#step *= 2;
      this.#all = halved(this.#all);
      this.#dropped = halved(this.#dropped);
    }
    const bin = Math.floor(ns / this.#step);
    this.#all[bin] = (this.#all[bin] ?? 0) + 1;
    if (isDropped) this.#dropped[bin] = (this.#dropped[bin] ?? 0) + 1;
  }

  get time(): ReportHistogram {
    return { from: 0, step: this.#step, counts: dense(this.#all, this.#all.length) };
  }

  get dropped(): number[] {
    return dense(this.#dropped, this.#all.length);
  }
}

/** Counts of pairs of bins. Bins may be absent. */
function halved(bins: readonly (number | undefined)[]): number[] {
  const half: number[] = [];
  bins.forEach((count, bin) => (half[bin >> 1] = (half[bin >> 1] ?? 0) + (count ?? 0)));
  return half;
}

const dense = (bins: readonly (number | undefined)[], length: number): number[] =>
  Array.from({ length }, (_, bin) => bins[bin] ?? 0);

/** Bins of each power of two. */
const STEPS = 4;

/** Counts by the logarithm of a time. */
export class LatencyHistogram {
  readonly all = new Histogram();
  readonly #bins = new Map<number, number>();

  add(ns: number): void {
    const bin = Math.floor(Math.log2(Math.max(ns, 1)) * STEPS);
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + 1);
    this.all.add(ns);
  }

  get shown(): ReportHistogram {
    if (this.#bins.size === 0) return { from: 1, step: STEPS, counts: [] };
    const first = Math.min(...this.#bins.keys());
    const counts: number[] = [];
    for (const [bin, count] of this.#bins) counts[bin - first] = count;
    return { from: 2 ** (first / STEPS), step: STEPS, counts: dense(counts, counts.length) };
  }
}
