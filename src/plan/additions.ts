// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import type { Column } from '../core/column.js';

/** What extensions add to the plan of a trace. */
export interface Additions {
  /** true: without --fields only the extensions' own fields are shown */
  readonly isAlone: boolean;
  readonly columns: readonly Column[];
  /** data that they read besides their columns */
  readonly reads: readonly Read[];
  /** conditions in the syntax of --where, which must all hold for a packet to be traced */
  readonly conditions: readonly string[];
  /** the extension whose module() runs in BPF, with its object; null: none */
  readonly inBpf: { readonly name: string; readonly module?: Uint8Array } | null;
}

export const NO_ADDITIONS: Additions = {
  ...{ isAlone: false, columns: [], reads: [], conditions: [], inBpf: null },
};
