// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp } from '../kernel/kernel.js';
import { IS_WHOLE } from '../whole.js';
import { filtersOf } from './expressions.js';
import { filterNumbered, NO_FAULTS, type Verdict } from './run.js';

/**
 * Expects --filter to show the packets that libpcap matches in what tcpdump captures, where their headers are complete. Used by several folders of
 * the kernel tier: kernels differ in how they build packets, and with some settings a packet's memory has data of an earlier packet.
 * `oneOf`: `make test` runs one in so many of them.
 */
export function testFiltersOnTraffic(oneOf?: number): void {
  describe('--filter shows exactly the packets that libpcap matches', () => {
    const filters = filtersOf(IS_WHOLE, oneOf);
    let verdicts: readonly Verdict[];
    beforeAll(async () => {
      verdicts = await filterNumbered(filters);
      const missed = verdicts.reduce((sum, verdict) => sum + verdict.missed, 0);
      console.log(`${filters.length} filters, ${verdicts[0]?.packets} packets, ${missed} calls missed`);
    });
    afterAll(cleanUp);

    it.each(filters.map((filter, place) => [filter, place] as const))('%s', (_, place) => {
      const { faults, packets, matching } = verdicts[place] ?? expect.fail('no verdict');
      expect(faults).toEqual(NO_FAULTS);
      expect(matching).toBeGreaterThan(0);
      expect(matching).toBeLessThan(packets);
    });
  });
}
