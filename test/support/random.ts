// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** The same numbers in each run (Park and Miller). */
export class Random {
  #state = 20_200_403;

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 0x7fff_ffff;
    return Math.floor((this.#state / 0x7fff_ffff) * limit);
  }

  pick<T>(...choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }
}
