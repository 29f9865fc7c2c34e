// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../../../src/core/batch.js';
import type { ShownTrace } from '../../../src/core/output.js';
import { columnContext, type Traced } from '../../../src/core/traced.js';
import type { Way } from '../../../src/ways/way.js';
import { WaysInFlight } from '../../../src/ways/ways-in-flight.js';

/** A trace as an output gets it that shows `fields` of the traced ones. */
export const shownTrace = (traced: Traced): ShownTrace => ({
  context: columnContext(traced),
  fields: traced.fields ?? [],
  follows: traced.follows,
  returns: traced.returns,
  kernel: traced.kernel,
  clock: traced.clock,
});

/** The ways of all packets of a trace, in the order in which they end. */
export function waysOf(trace: ShownTrace, batches: readonly Batch[]): Way[] {
  const ways = new WaysInFlight(trace);
  const ended = batches.flatMap((batch) => ways.take(batch));
  return [...ended, ...ways.rest()];
}
