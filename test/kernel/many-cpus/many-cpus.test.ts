// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, expect, it } from 'vitest';
import { trace } from '../../support/ipft/in-process.js';
import { parseResults } from '../../support/ipft/results.js';
import { DEADBEEF } from '../../support/ipft/running.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { ONE_PER_PACKET, onlineCpus, traceOn } from '../../support/traffic/on-cpus.js';
import { ping } from '../../support/traffic/traffic.js';

afterEach(cleanUp);

it('has 64 CPUs', () => expect(onlineCpus()).toHaveLength(64));

it('a marked ping on each of them is traced there', async () => {
  const running = await trace(ONE_PER_PACKET);
  for (const cpu of onlineCpus()) await ping(DEADBEEF, cpu);
  const { events, summary } = parseResults((await running.end()).stdout);
  expect(summary).toMatchObject({ matched: 64, delivered: 64, lost: 0 });
  expect((events as { processor_id: number }[]).map((event) => event.processor_id)).toEqual(onlineCpus());
});

it('events of 64 CPUs that send at the same time are in order and all there', async () => {
  const { summary, shown, turns } = await traceOn(onlineCpus(), 50);
  expect(summary).toMatchObject({ delivered: 3200, lost: 0 });
  expect([...shown.values()]).toEqual(onlineCpus().map(() => 50));
  expect(turns).toBeGreaterThanOrEqual(onlineCpus().length);
});

it('64 ring buffers of a page lose events, which are counted, and keep the order of the others', async () => {
  const { summary, shown } = await traceOn(onlineCpus(), 200, ['--perf-page-count', '1']);
  expect(summary.lost).toBeGreaterThan(0);
  expect(summary.causes.perf_buffer_full).toBe(summary.lost);
  expect(shown.size).toBe(64);
});
