// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trace } from '../../support/ipft/in-process.js';
import { parseResults, type Event } from '../../support/ipft/results.js';
import { DEADBEEF, MARK } from '../../support/ipft/running.js';
import { cleanUp, KPROBES, mapsOf } from '../../support/kernel/kernel.js';
import { pause } from '../../support/kernel/system.js';
import { ONE_PER_PACKET, onlineCpus, onlineFile, sendOn, traceOn } from '../../support/traffic/on-cpus.js';
import { ping } from '../../support/traffic/traffic.js';

/*
 * A machine with CPUs offline between others that are online: numbers of CPUs are no indexes.
 */

const HOLES = [1, 2, 5];
const REST = [0, 3, 4, 6, 7];
const SOME = '^(ip_output|ip_rcv|icmp_rcv)$';

const setAll = (cpus: readonly number[], value: '0' | '1'): void => {
  for (const cpu of cpus) writeFileSync(onlineFile(cpu), value);
};

beforeAll(() => setAll(HOLES, '0'));
afterEach(cleanUp);
afterAll(() => setAll(HOLES, '1'));

const cpuOf = (event: unknown): number => (event as { processor_id: number }).processor_id;

describe(`with CPUs ${HOLES.join(', ')} offline`, () => {
  it('the others are online', () => {
    expect(onlineCpus()).toEqual(REST);
  });

  it.each([...KPROBES, 'tracepoint'])('a marked ping is traced on each other CPU, -b %s', async (backend) => {
    const functions = backend === 'tracepoint' ? '^tp:net_dev_queue$' : SOME;
    const running = await trace(['-m', MARK, '-b', backend, '-r', functions, '-o', 'json']);
    const rings = mapsOf('ipft_ring').length;
    for (const cpu of REST) await ping(DEADBEEF, cpu);
    const { code, stdout } = await running.end();
    const { events, summary } = parseResults(stdout); // matched are delivered, lost and what is left out
    expect([code, summary.lost, rings]).toEqual([0, 0, REST.length]);
    const onCpu = (cpu: number): Event[] => (events as Event[]).filter((event) => cpuOf(event) === cpu);
    // Requests have the mark, and so have the answers to root's ping, whose socket has it.
    const packets = REST.map((cpu) => new Set(onCpu(cpu).map(({ packet }) => packet)).size);
    expect(packets).toEqual(REST.map(() => packets[0]));
    expect(packets[0]).toBeGreaterThan(0);
  });

  it('packets of all of them at the same time are shown in order, each', async () => {
    const { summary, shown } = await traceOn(REST, 200, [], 500);
    expect(summary).toMatchObject({ delivered: 1000, lost: 0 });
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(REST.map((cpu) => [cpu, 200])));
  });

  it('what is lost is counted', async () => {
    const { summary, shown } = await traceOn(REST, 300, ['--perf-page-count', '1']);
    expect(summary.lost).toBeGreaterThan(0);
    expect(shown.size).toBe(REST.length);
  });
});

describe('CPUs that go offline during a trace', () => {
  it('lose nothing of what they have seen, which nobody has read yet, and of what follows', async () => {
    const [GOING, STAYING] = [3, 4];
    // Nothing wakes ipft before the CPU is gone.
    const running = await trace([...ONE_PER_PACKET, '--perf-wakeup-events', '100000']);
    await sendOn([GOING, STAYING], 100);
    writeFileSync(onlineFile(GOING), '0');
    await sendOn([STAYING], 100);
    writeFileSync(onlineFile(GOING), '1');
    await sendOn([GOING], 100);
    const { code, stdout } = await running.end();
    const { events, summary } = parseResults(stdout);
    expect(code).toBe(0);
    expect(summary).toMatchObject({ matched: 400, delivered: 400, lost: 0 });
    const counts = [GOING, STAYING].map((cpu) => events.filter((event) => cpuOf(event) === cpu).length);
    expect(counts).toEqual([200, 200]);
  });

  it('and CPUs of the holes come online: their events are there from then on', async () => {
    const running = await trace(ONE_PER_PACKET);
    setAll([1], '1');
    await pause(1500); // what is sent immediately may find no buffer
    await sendOn([1, 6], 50);
    setAll([1], '0');
    await sendOn([6], 50);
    const { stdout } = await running.end();
    const { events, summary } = parseResults(stdout);
    expect(summary).toMatchObject({ matched: 150, delivered: 150, later: { cpus: 1 } });
    expect([1, 6].map((cpu) => events.filter((event) => cpuOf(event) === cpu).length)).toEqual([50, 100]);
  });
});
