// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, describe, expect, it } from 'vitest';
import { MARK, DEADBEEF } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { BACKENDS, cleanUp, WITH_RETURNS } from '../../support/kernel/kernel.js';
import { checkNesting, parseGraph } from '../../support/ipft/calls.js';
import { countsOf, parseResults } from '../../support/ipft/results.js';
import { udp } from '../../support/traffic/traffic.js';

const ARGS = ['-m', MARK, '-o', 'json'];
const PACKETS = 2000;
const flood = (): Promise<void> => udp({ mark: DEADBEEF, count: PACKETS, rate: 0 });

afterEach(cleanUp);

describe.each(BACKENDS)('limits with -b %s', (backend) => {
  const small = [...ARGS, '-r', '^ip_output$', '-b', backend];

  it('--max-rate suppresses events and counts them, also while the kernel measures run times for --budget', async () => {
    const running = await trace([...small, '--max-rate', '20', '--budget', '1000%']);
    await flood();
    const { code, stdout, stderr } = await running.end();
    const { summary } = parseResults(stdout);
    const { missed } = countsOf(stderr);
    console.log(
      `${backend}: ${summary.delivered} printed, ${summary.suppressed} suppressed, ${missed} missed`,
    );
    expect(summary.matched + missed).toBe(PACKETS);
    expect(summary.suppressed).toBeGreaterThan(0);
    expect(summary.delivered).toBeLessThanOrEqual(20 * (summary.duration_s + 0.1) + 1);
    expect(summary.end).toBe('signal');
    expect(code).toBe(0);
  });

  it('--count ends the trace, and nothing is left in the kernel', async () => {
    const running = await trace([...small, '--count', '10']);
    await udp({ mark: DEADBEEF, count: 30, rate: 0 });
    const { code, stdout, stderr } = await running.ended;
    const { events, summary } = parseResults(stdout);
    expect(events).toHaveLength(10);
    expect(summary.end).toBe('count');
    expect(stderr).toMatch(/^Samples: 10 Lost: 0$/m);
    expect(code).toBe(0);
  });
});

describe.each(WITH_RETURNS)('limits of function_graph with -b %s', (backend) => {
  const graph = [...ARGS, '-t', 'function_graph', '-r', '^(ip_output|ip_rcv)$', '-b', backend];

  it('--max-rate and --sample suppress calls together with their returns', async () => {
    const running = await trace([...graph, '--max-rate', '100', '--sample', '1/2']);
    await flood();
    const { stdout } = await running.end();
    const { summary } = parseResults(stdout);
    const events = parseGraph(stdout);
    expect(summary.suppressed).toBeGreaterThan(0);
    expect(events.length).toBeGreaterThan(0);
    expect(checkNesting(events).open).toEqual([]);
    expect(events.filter((event) => event.is_return).length).toBe(events.length / 2);
    expect(summary.causes.missed_returns).toBe(0);
  });
});
