// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** Counts things of several kinds, exactly, as long as there are not more kinds than `most`. */
export class Tally<Kind> {
  readonly #counts = new Map<Kind, number>();
  #rest = 0;

  constructor(private readonly most: number) {}

  add(kind: Kind): void {
    const count = this.#counts.get(kind);
    if (count === undefined && this.#counts.size >= this.most) this.#rest++;
    else this.#counts.set(kind, (count ?? 0) + 1);
  }

  /** How many were of further kinds. */
  get rest(): number {
    return this.#rest;
  }

  /** The kinds with their counts, the most frequent first. */
  sorted(): (readonly [Kind, number])[] {
    return [...this.#counts].sort(([, left], [, right]) => right - left);
  }
}
