// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { release } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trace } from '../../support/ipft/in-process.js';
import { relativesOf, type Traced } from '../../support/ipft/relatives.js';
import { MARK } from '../../support/ipft/running.js';
import {
  once,
  sizeOf,
  STREAM_FIELDS,
  STREAM_FUNCTIONS,
  StreamAccount,
  sum,
  type Call,
} from '../../support/ipft/stream-account.js';
import { IS_WHOLE, WHOLE_ONLY } from '../../support/whole.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { pause } from '../../support/kernel/system.js';
import { downPath, transfer, upPath } from '../../support/traffic/path.js';
import { losing, SEGMENTS, tapped, unacknowledged } from '../../support/traffic/segments.js';

const BYTES = 300_000;

/** A veth of Linux 5.10 hands packets to GRO only for an XDP program. */
const HAS_GRO = !release().startsWith('5.10.');

/** How a transfer fares. */
type Conditions = (action: () => Promise<void>) => Promise<void>;

/** How often a trace is made again in which the kernel has skipped a program, which it counts: such a trace is no whole one. */
const ATTEMPTS = 5;

async function traced(port: number, under: Conditions): Promise<Traced<Call>> {
  const args = ['-m', MARK, '--follow', 'all', '-o', 'json', '-f', STREAM_FIELDS];
  for (let attempt = 1; ; attempt++) {
    const running = await trace([...args, '-r', `^(${STREAM_FUNCTIONS.join('|')})$`]);
    await under(() => tapped(() => transfer(port, BYTES, SEGMENTS)));
    await pause(500); // what is received
    const { code, stdout, stderr } = await running.end();
    expect(code, stderr).toBe(0);
    const result = relativesOf<Call>(stdout);
    const { lost, lost_relations: gone, unfollowed, causes, missed_ends: hidden } = result.summary;
    expect({ lost, gone, unfollowed }).toEqual({ lost: 0, gone: 0, unfollowed: 0 });
    if (causes.recursion + hidden === 0 || attempt === ATTEMPTS) return result;
  }
}

beforeAll(() => upPath(SEGMENTS));
afterAll(() => downPath(SEGMENTS));
afterEach(cleanUp);

const SCENARIOS: readonly (readonly [name: string, under: Conditions, loses: boolean, repeats: boolean])[] = [
  ['of which nothing is lost', (action) => action(), false, false],
  ['of which each 20th packet is lost', (action) => losing(20, action), true, false],
  ['whose first acknowledgments are lost', (action) => unacknowledged(action), false, true],
];

describe.skipIf(!IS_WHOLE)(
  `families account for all bytes of a TCP transfer that is segmented, copied and merged${WHOLE_ONLY}`,
  () => {
    it.each(SCENARIOS)('%s', async (_, under, loses, repeats) => {
      const result = await traced(5001, under);
      const account = new StreamAccount(result);
      const { sent, sentAgain, segmented, dropped, arrived, read } = account;
      const kinds = [...new Set(result.relations.map(({ relation }) => relation))];
      expect(kinds).toEqual(
        expect.arrayContaining(['clone', 'segment', 'coalesced', ...(HAS_GRO ? ['gro'] : [])]),
      );

      expect(sum(account.ancestors)).toBe(BYTES);
      expect(segmented.filter(([whole, segments]) => sizeOf([whole]) !== sizeOf(segments))).toEqual([]);
      expect(sizeOf(dropped) > 0).toBe(loses);
      expect(sizeOf(sent) - sizeOf(dropped)).toBe(sizeOf(arrived));
      const repeated = sizeOf(arrived) - sizeOf(once(arrived));
      if (repeats) expect(repeated).toBeGreaterThan(0);
      expect(sizeOf(sent) - sizeOf(dropped) - repeated).toBe(BYTES);
      expect(read.filter(({ length, ranges }) => length !== sizeOf(ranges))).toEqual([]);
      expect(once(read.flatMap(({ ranges }) => ranges))).toEqual([[0, BYTES]]);

      // What was lost was sent again, and nothing else than that and what arrived twice.
      expect(once([...sentAgain, ...dropped])).toEqual(once(sentAgain));
      expect(sizeOf(sentAgain)).toBe(sizeOf(dropped) + repeated);
    });
  },
);
