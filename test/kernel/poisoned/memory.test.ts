// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, beforeAll, expect, it } from 'vitest';
import { DEADBEEF, MARK } from '../../support/ipft/running.js';
import { parseJson } from '../../support/ipft/results.js';
import { trace } from '../../support/ipft/in-process.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { readText } from '../../support/kernel/system.js';
import { freeOldPackets, udp } from '../../support/traffic/traffic.js';

/* The guest's kernel has slub_debug=P: freed memory is filled with 0x6b, so that no test passes by reading stale data. */

beforeAll(() => expect(readText('/proc/cmdline')).toContain('slub_debug=P'));
afterEach(cleanUp);

const FIELDS = ['tuple', 'ttl', 'nr_frags', 'gso_size', 'skb->data[0]'];
/** Functions that are called after the skb's data have been freed. */
const LAST = ['kfree_skbmem', 'napi_skb_cache_put'];

it('after skb->head is freed, fields have no values from the freed memory', async () => {
  const names = `^(ip_rcv|skb_release_data|${LAST.join('|')})$`;
  const running = await trace(['-m', MARK, '-r', names, '-f', FIELDS.join(), '-o', 'json']);
  await udp({ mark: DEADBEEF, count: 10, rate: 100 });
  await freeOldPackets();
  const { stdout } = await running.end();
  const events = parseJson(stdout) as unknown as (Record<string, unknown> & { function: string })[];
  const last = events.filter((event) => LAST.includes(event.function));
  expect(last.length).toBeGreaterThanOrEqual(10);
  for (const event of last)
    expect(event).toMatchObject({
      tuple: null,
      ttl: null,
      nr_frags: null,
      'skb->data[0]': null,
      gso_size: 0,
    });
  const before = events.filter((event) => event.function === 'ip_rcv');
  expect(before.length).toBeGreaterThanOrEqual(10);
  for (const event of before) expect(event['ttl']).toBe(64);
});

it('a filter does not match data in freed memory', async () => {
  const running = await trace([
    '--filter',
    'not ip',
    '-r',
    `^(${LAST.join('|')})$`,
    '-f',
    'mark',
    '-o',
    'json',
  ]);
  await udp({ mark: DEADBEEF, count: 10, rate: 100 });
  await freeOldPackets();
  const { stdout } = await running.end();
  const events = parseJson(stdout);
  expect(events.filter(({ mark }) => mark === DEADBEEF)).toEqual([]);
});
