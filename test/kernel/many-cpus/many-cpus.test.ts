// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, expect, it } from 'vitest';
import { cleanUp } from '../../support/kernel/kernel.js';
import { onlineCpus, traceOn } from '../../support/traffic/on-cpus.js';

afterEach(cleanUp);

it('has 32 CPUs', () => expect(onlineCpus()).toHaveLength(32));

it('events of 32 CPUs that send at the same time are in order and all there', async () => {
  const { summary, shown, turns } = await traceOn(onlineCpus(), 50);
  expect(summary).toMatchObject({ delivered: 1600, lost: 0 });
  expect([...shown.values()]).toEqual(onlineCpus().map(() => 50));
  expect(turns).toBeGreaterThanOrEqual(onlineCpus().length);
});

it('32 ring buffers of a page lose events, which are counted, and keep the order of the others', async () => {
  const { summary, shown } = await traceOn(onlineCpus(), 200, ['--perf-page-count', '1']);
  expect(summary.lost).toBeGreaterThan(0);
  expect(summary.causes.perf_buffer_full).toBe(summary.lost);
  expect(shown.size).toBe(32);
});
