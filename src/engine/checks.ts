// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Check, Checking } from '../checks/check.js';
import type { Batch } from '../core/batch.js';
import type { ColumnContext } from '../core/column.js';
import type { Summary } from '../core/summary.js';

/** The checks of one trace, which see its rows before any consumer does. */
export class RunningChecks {
  readonly #all: readonly Checking[];

  /** `unchecked`: what they cannot check, in words. */
  constructor(
    checks: readonly Check[],
    private readonly unchecked: readonly string[],
    context: ColumnContext,
  ) {
    this.#all = checks.map((check) => check.open(context));
  }

  take(batch: Batch): void {
    for (const checking of this.#all) checking.take(batch);
  }

  get summary(): Pick<Summary, 'checked' | 'violations'> {
    if (this.#all.length === 0) return { checked: null, violations: null };
    const sum = (count: (checking: Checking) => number): number =>
      this.#all.reduce((total, checking) => total + count(checking), 0);
    return { checked: sum(({ checked }) => checked), violations: sum(({ violations }) => violations) };
  }

  /** What they have found, in words; null: there is nothing to check. */
  get remark(): string | null {
    const { checked, violations } = this.summary;
    if (checked === null) return null;
    return [`${violations} violations in ${checked} events of GSO packets`, ...this.unchecked].join('; ');
  }
}
