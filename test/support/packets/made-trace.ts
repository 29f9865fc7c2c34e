// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { NO_LAYOUT } from '../../../src/core/reads.js';
import type { Traced } from '../../../src/core/traced.js';
import { CONTEXT } from './rows.js';

/** A trace of the small kernel of rows.ts, in which functions may have other names; its first event was at 1 us. */
export const madeTrace = (
  { returns = false, follows = false }: Partial<Pick<Traced, 'returns' | 'follows'>>,
  names: readonly string[] = CONTEXT.names,
): Traced => ({
  ...{ kernel: '6.12', returns, follows, fields: null, further: [], layout: NO_LAYOUT },
  functions: {
    names,
    modules: CONTEXT.modules,
    returnType: (index) => CONTEXT.returnType(index),
    address: () => 0n,
  },
  clock: { realOffsetNs: 1_700_000_000_000_000_000n, firstNs: 1_000n },
  readClocks: null,
  names: CONTEXT,
  stack: () => [],
});
