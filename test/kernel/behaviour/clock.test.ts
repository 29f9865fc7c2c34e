// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, expect, it } from 'vitest';
import { trace } from '../../support/ipft/in-process.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { parseResults } from '../../support/ipft/results.js';
import { run } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';

/** More than a slow guest takes between reading the two clocks, and less than any timeout of this test. */
const STEP_SECONDS = 20;
const NEARLY = 5;

const setBy = (seconds: number): void =>
  void run('date', '-s', `@${(Date.now() / 1000 + seconds).toFixed(3)}`);

afterEach(cleanUp);

it.each([
  ['ahead', STEP_SECONDS],
  ['back', -STEP_SECONDS],
])(
  'a wall clock that is set %s is reported, and --time real continues without the step',
  async (way, step) => {
    const running = await trace(['-m', '0', '-r', '^ip_output$', '-o', 'json', '--time', 'real']);
    await ping();
    setBy(step);
    try {
      await ping();
      const { stdout, stderr } = await running.end();
      const [, where, seconds] = /the wall clock was set (ahead|back) by ([\d.]+) s/.exec(stderr) ?? [];
      expect(where).toBe(way);
      expect(Math.abs(Number(seconds) - STEP_SECONDS)).toBeLessThan(NEARLY);
      const { events, summary } = parseResults(stdout);
      expect(Math.abs(summary.clock_step_ns / 1e9 - step)).toBeLessThan(NEARLY);
      const told = events as { time: string; timestamp: number }[];
      const since = told.map(({ time, timestamp }) => Date.parse(time) - timestamp / 1e6);
      expect(Math.max(...since) - Math.min(...since)).toBeLessThan(2); // ms, which Date.parse() cuts off
      expect(told.length).toBeGreaterThanOrEqual(4);
    } finally {
      setBy(-step);
    }
  },
);
