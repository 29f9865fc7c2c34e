// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp } from '../kernel/kernel.js';
import { IS_WHOLE } from '../whole.js';
import { filtersOf } from './expressions.js';
import { filterNumbered, NO_FAULTS, type Verdict } from './run.js';

/**
 * What --filter shows of traffic is what libpcap matches of the packets as tcpdump has them, finished. For folders of the kernel tier: kernels differ in
 * how they make packets, and in some a packet's memory has what an earlier one has left.
 */
export function testFiltersOnTraffic(): void {
  describe('a filter shows the packets that libpcap matches, and no others', () => {
    const filters = filtersOf(IS_WHOLE);
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
