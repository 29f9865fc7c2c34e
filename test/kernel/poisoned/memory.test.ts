// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, beforeAll, expect, it } from 'vitest';
import { DEADBEEF, MARK } from '../../support/ipft/running.js';
import { parseJson } from '../../support/ipft/results.js';
import { trace } from '../../support/ipft/in-process.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { readText } from '../../support/kernel/system.js';
import { freeOldPackets, udp } from '../../support/traffic/traffic.js';

/* The guest's kernel has slub_debug=P: what is freed is filled with 0x6b, so that nothing can be read of it by chance. */

beforeAll(() => expect(readText('/proc/cmdline')).toContain('slub_debug=P'));
afterEach(cleanUp);

const FIELDS = ['tuple', 'ttl', 'nr_frags', 'gso_size', 'skb->data[0]'];
/** Called when the skb's data are freed. */
const LAST = ['kfree_skbmem', 'napi_skb_cache_put'];

it('what is behind skb->head is unknown where it is freed: fields show nothing, and not what is in freed memory', async () => {
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

it('a filter takes no packet by what is in freed memory', async () => {
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
