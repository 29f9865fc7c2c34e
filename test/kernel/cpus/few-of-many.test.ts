// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { trace } from '../../support/ipft/in-process.js';
import { parseResults } from '../../support/ipft/results.js';
import { cleanUp, mapsOf } from '../../support/kernel/kernel.js';
import { pause, readText, TRACEFS } from '../../support/kernel/system.js';
import {
  ONE_PER_PACKET,
  onlineCpus,
  onlineFile,
  possibleCpus,
  sendOn,
  traceOn,
} from '../../support/traffic/on-cpus.js';

/*
 * A machine of which few CPUs are online, of the many that it could have.
 */

/** CPUs that are offline at first; the last has the highest number that there is. */
const [LATER, LAST] = [40, 63];

const folder = mkdtempSync(join(tmpdir(), 'ipft-cpus-'));
/** A capture file with this many bytes of each packet. */
const withBytes = (snaplen: number): string[] => ['-w', join(folder, 'trace'), '--snaplen', `${snaplen}`];
afterAll(() => rmSync(folder, { recursive: true }));

afterEach(async () => {
  for (const cpu of [LATER, LAST]) writeFileSync(onlineFile(cpu), '0');
  await cleanUp();
});

it('has 8 of 64 CPUs online', () => {
  expect(onlineCpus()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(possibleCpus()).toHaveLength(64);
});

describe('memory is for the CPUs that are online:', () => {
  it('ring buffers of --perf-page-count pages', async () => {
    const running = await trace([...ONE_PER_PACKET, '--perf-page-count', '16']);
    const rings = mapsOf('ipft_ring');
    await running.end();
    expect(rings.map(({ max_entries }) => max_entries)).toEqual(onlineCpus().map(() => 16 * 4096));
  });

  it("room for packets' bytes", async () => {
    const running = await trace([...ONE_PER_PACKET, ...withBytes(65_000)]);
    const snaps = mapsOf('snaps');
    await running.end();
    expect(snaps.map(({ max_entries }) => max_entries)).toEqual([4 * onlineCpus().length]);
  });

  it('room for calls that wait for their return, with kretprobes', async () => {
    const running = await trace([...ONE_PER_PACKET, '-b', 'kprobe', '-t', 'function_graph']);
    const probes = readText(`${TRACEFS}/kprobe_events`);
    await running.end();
    expect(Array.from(probes.matchAll(/^r(\d+):ipft/gm), ([, calls]) => calls)).toContain('64');
  });
});

describe('events of all CPUs that send at the same time', () => {
  it('are in order and all there', async () => {
    // At a rate, so that they send beside each other however few CPUs of this machine run theirs.
    const { summary, shown, turns } = await traceOn(onlineCpus(), 300, [], 500);
    expect(summary).toMatchObject({ delivered: 2400, lost: 0 });
    expect([...shown.values()]).toEqual(onlineCpus().map(() => 300));
    expect(turns).toBeGreaterThan(onlineCpus().length);
  });

  it('are in order, and lost ones are counted, with ring buffers of a page', async () => {
    const { summary, shown } = await traceOn(onlineCpus(), 300, ['--perf-page-count', '1']);
    expect(summary.lost).toBeGreaterThan(0);
    expect(summary.causes.perf_buffer_full).toBe(summary.lost);
    expect(shown.size).toBe(onlineCpus().length);
  });

  it("have their packets' bytes, also on CPUs that came online later and share the others' room", async () => {
    const running = await trace([...ONE_PER_PACKET, ...withBytes(64)]);
    for (const cpu of [LATER, LAST]) writeFileSync(onlineFile(cpu), '1');
    await pause(1500);
    await sendOn(onlineCpus(), 20);
    const { summary } = parseResults((await running.end()).stdout);
    expect(summary).toMatchObject({ lost: 0, later: { cpus: 2 }, packet_bytes: { without: 0 } });
    expect(summary.matched).toBe(200);
  });
});

it('CPUs that come online, go and come again during a trace get a ring buffer once and lose nothing', async () => {
  const running = await trace(ONE_PER_PACKET);
  for (const cpu of [LATER, LAST]) writeFileSync(onlineFile(cpu), '1');
  await pause(1500); // what is sent immediately may find no buffer
  await sendOn([0, LATER, LAST], 50);
  writeFileSync(onlineFile(LATER), '0');
  await sendOn([0, LAST], 50);
  writeFileSync(onlineFile(LATER), '1');
  await sendOn([0, LATER], 50);
  const rings = mapsOf('ipft_ring').length;
  const { summary, events } = parseResults((await running.end()).stdout);
  expect(summary).toMatchObject({ matched: 350, delivered: 350, later: { cpus: 2 } });
  const of = (cpu: number) =>
    events.filter((event) => (event as { processor_id: number }).processor_id === cpu).length;
  expect([of(0), of(LATER), of(LAST), rings]).toEqual([150, 100, 100, 10]);
});
