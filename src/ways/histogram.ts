// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** What latencies amount to. Percentiles are at most 0.8 % off, the others exact. */
export interface Latency {
  readonly count: number;
  readonly p50_ns: number;
  readonly p90_ns: number;
  readonly p99_ns: number;
  readonly max_ns: number;
  readonly sum_ns: number;
}

/** Steps of equal width from each power of two to the next: the middle of one is at most 1/128 off. */
const STEPS = 64;
const EXACT = 2 * STEPS;
const FIRST_EXPONENT = Math.log2(EXACT);
const U32 = 0x1_0000_0000;
const FEW = 16;

/** floor(log2(value)) of an integer of up to 53 bits; Math.log2() rounds up just below powers of two. */
const exponentOf = (value: number): number =>
  value < U32 ? 31 - Math.clz32(value) : 63 - Math.clz32(Math.floor(value / U32));

/** The step of a value: up to 127 the value itself. */
function stepOf(value: number): number {
  if (value < EXACT) return value;
  const exponent = exponentOf(value);
  const within = Math.floor(value / 2 ** (exponent - FIRST_EXPONENT + 1)) - STEPS;
  return EXACT + (exponent - FIRST_EXPONENT) * STEPS + within;
}

/** The middle of a step. */
function valueOf(step: number): number {
  if (step < EXACT) return step;
  const width = 2 ** (Math.floor((step - EXACT) / STEPS) + 1);
  return (STEPS + ((step - EXACT) % STEPS)) * width + (width - 1) / 2;
}

/**
 * Counts integers from 0 to 2^53 by their size, in as much memory as their spread takes: at most 12 kB, a few hundred bytes if all are of one
 * magnitude. It is what HDR histograms are.
 */
export class Histogram {
  /** counts of the steps from #first on */
  #counts = new Uint32Array(0);
  #first = 0;
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = 0;

  add(value: number): void {
    this.#count++;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    const step = stepOf(value);
    if (step < this.#first || step >= this.#first + this.#counts.length) this.#makeRoom(step);
    const at = step - this.#first;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** A value that this share of all values does not exceed; 0 if there are none. */
  quantile(share: number): number {
    const rank = Math.ceil(this.#count * share);
    let seen = 0;
    for (const [at, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= rank && seen > 0)
        return Math.round(Math.min(Math.max(valueOf(this.#first + at), this.#min), this.#max));
    }
    return 0;
  }

  latency(): Latency {
    return {
      count: this.#count,
      p50_ns: this.quantile(0.5),
      p90_ns: this.quantile(0.9),
      p99_ns: this.quantile(0.99),
      max_ns: this.#max,
      sum_ns: this.#sum,
    };
  }

  #makeRoom(step: number): void {
    const { length } = this.#counts;
    const [from, to] = length === 0 ? [step, step] : [this.#first, this.#first + length];
    const first = step < from ? Math.max(0, step - FEW) : from;
    const end = step >= to ? step + FEW : to;
    const counts = new Uint32Array(end - first);
    counts.set(this.#counts, from - first);
    this.#counts = counts;
    this.#first = first;
  }
}
