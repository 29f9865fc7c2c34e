// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import type { Column } from '../core/column.js';

/** What extensions add to the plan of a trace. */
export interface Additions {
  /** true: without --fields nothing is shown beside their own fields */
  readonly isAlone: boolean;
  readonly columns: readonly Column[];
  /** what they read beside their columns */
  readonly reads: readonly Read[];
  /** which packets to trace, as --where has it: all of these hold */
  readonly conditions: readonly string[];
  /** the one whose module() runs in BPF, with its object; null: none */
  readonly inBpf: { readonly name: string; readonly module?: Uint8Array } | null;
}

export const NO_ADDITIONS: Additions = {
  ...{ isAlone: false, columns: [], reads: [], conditions: [], inBpf: null },
};
