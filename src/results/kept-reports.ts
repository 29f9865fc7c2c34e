// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Report } from '../capture/description.js';

/** Most characters of reports that are kept. */
const MOST = 4 * 1024 * 1024;

interface KeptReport {
  /** number of the row that comes after it */
  readonly at: number;
  readonly report: Report;
  readonly length: number;
}

/** The reports of extensions that lie between the rows of a ring. They are numbered from 0. */
export class KeptReports {
  readonly #kept: KeptReport[] = [];
  #first = 0;
  #length = 0;

  add(at: number, report: Report): void {
    const { length } = JSON.stringify(report);
    this.#kept.push({ at, report, length });
    this.#length += length;
    while (this.#length > MOST) this.#forgetOldest();
  }

  /** Forgets those before a row, the oldest one that is kept. */
  forgetBefore(row: number): void {
    while ((this.#kept[0]?.at ?? row) < row) this.#forgetOldest();
  }

  /** The one with this number, or the oldest one if it has been forgotten; undefined: it has not come yet. */
  from(number: number): { readonly number: number; readonly kept: KeptReport } | undefined {
    const index = Math.max(number - this.#first, 0);
    const kept = this.#kept[index];
    return kept === undefined ? undefined : { number: this.#first + index, kept };
  }

  #forgetOldest(): void {
    this.#length -= this.#kept.shift()?.length ?? 0;
    this.#first++;
  }
}
