// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import type { Column, ColumnContext } from '../core/column.js';

/** A check of one trace. */
export interface Checking {
  /** Checks the rows, and writes its verdicts into them, for its column. Rows must come in order, each once. */
  take(batch: Batch): void;
  /** events that it had something to check in */
  readonly checked: number;
  readonly violations: number;
}

/** One file in checks/, named after its id, which is the value of --check. */
export interface Check {
  readonly id: string;
  readonly description: string;
  /** shows the verdicts; its reads have room for them */
  readonly column: Column;
  open(context: ColumnContext): Checking;
  /** What it cannot check with functions of these names alone, in words; null: nothing. */
  readonly unable: (names: readonly string[]) => string | null;
}
