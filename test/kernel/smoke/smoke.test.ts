// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, describe, expect, it } from 'vitest';
import { trace } from '../../support/ipft/in-process.js';
import { ipftProcess } from '../../support/ipft/process.js';
import { attachCountsOf, parseResults, type Event } from '../../support/ipft/results.js';
import { DEADBEEF, MARK } from '../../support/ipft/running.js';
import { AUTO, BACKENDS, cleanUp } from '../../support/kernel/kernel.js';
import { ping } from '../../support/traffic/traffic.js';

/*
 * That a marked ping is traced, for kernels on which not all tests run.
 */

const NARROW = '^(ip_output|ip_rcv|icmp_rcv)$';
/** Those that find all functions in a moment; the others take seconds for some, in a guest. */
const isFast = (backend: string): boolean => backend.endsWith('-multi');

afterEach(cleanUp);

it('the doctor says what can be traced', async () => {
  const { code, stdout } = await ipftProcess(['doctor', '--json']);
  const { backends, auto, btf, tracefs, kallsyms } = JSON.parse(stdout) as {
    backends: { id: string; usable: boolean }[];
    auto: string;
  } & Record<'btf' | 'tracefs' | 'kallsyms', { problem: unknown }>;
  expect(code).toBe(0);
  expect(backends.filter(({ usable }) => usable).map(({ id }) => id)).toEqual([...BACKENDS, 'tracepoint']);
  expect(auto).toBe(AUTO);
  expect([btf, tracefs, kallsyms].map(({ problem }) => problem)).toEqual([null, null, null]);
});

describe('a marked ping', () => {
  it.each([
    ...BACKENDS.map((backend) => [backend, isFast(backend) ? [] : ['-r', NARROW]]),
    ...BACKENDS.map((backend) => [
      backend,
      ['-r', NARROW, '-t', 'function_graph', '-f', 'len,skb->dev->name'],
    ]),
  ] as [string, string[]][])('is traced, -b %s %j', async (backend, args) => {
    const running = await trace(['-m', MARK, '-b', backend, '-o', 'json', ...args]);
    await ping(DEADBEEF);
    const { code, stdout, stderr } = await running.end();
    const { events, summary } = parseResults(stdout);
    expect([code, summary.lost, attachCountsOf(stderr).failed]).toEqual([0, 0, 0]);
    const names = (events as Event[]).map((event) => event.function);
    expect(names).toEqual(expect.arrayContaining(['ip_output', 'ip_rcv', 'icmp_rcv']));
    if (args.length === 0) expect(new Set(names).size).toBeGreaterThan(30);
  });

  it('is traced by tracepoints', async () => {
    const running = await trace(['-m', MARK, '-b', 'tracepoint', '-o', 'json']);
    await ping(DEADBEEF);
    const { code, stdout } = await running.end();
    expect(code).toBe(0);
    const names = (parseResults(stdout).events as Event[]).map((event) => event.function);
    expect(names).toContain('tp:net_dev_queue');
  });
});
