// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { MARK, type Running, DEADBEEF } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import {
  AUTO,
  BACKENDS,
  cleanUp,
  entriesOf,
  MOST_OF_THE_WAY,
  WITH_RETURNS,
} from '../../support/kernel/kernel.js';
import { downPath, PAIR, transfer, upPath } from '../../support/traffic/path.js';
import {
  attachCountsOf,
  countsOf,
  parseGroups,
  parseJson,
  type Event,
  parseResults,
} from '../../support/ipft/results.js';
import { run } from '../../support/kernel/system.js';
import { freeOldPackets, ping, udp, PORT, TRAFFIC } from '../../support/traffic/traffic.js';
import { IS_WHOLE } from '../../support/whole.js';

/*
 * A packet is one life of an skb. The packets here are sent one after the other on one CPU, so that the kernel reuses
 * the same few skbs: a tracer that identifies packets by the address shows them as one.
 */

const TABLE = 'ipft_unmark';

const send = (count: number, rate = 500): Promise<void> => udp({ mark: DEADBEEF, count, rate, cpu: 1 });

/** The groups on stdout while the trace still runs; resolves once there are `count` of them. */
const liveGroups = (running: Running, count: number): Promise<ReturnType<typeof parseGroups>> =>
  running.runsUntil<ReturnType<typeof parseGroups>>(`${count} groups`, () => {
    const { stdout } = running;
    const groups = stdout.endsWith('\n') ? parseGroups(stdout) : [];
    return groups.length >= count && groups;
  });

/** How many events the only running trace has matched. */
function matchedSoFar(): number {
  const dump = run('bpftool', '-j', 'map', 'dump', 'name', 'counters');
  const cpus = JSON.parse(dump) as { formatted: { value: { matched: number } } }[];
  return cpus.reduce((sum, { formatted }) => sum + formatted.value.matched, 0);
}

/** The groups on stdout while the trace still runs; resolves once all packets are freed and all events are printed. */
const allGroups = (running: Running): Promise<ReturnType<typeof parseGroups>> =>
  running.runsUntil<ReturnType<typeof parseGroups>>('the end of all packets', () => {
    const { stdout } = running;
    const groups = stdout.endsWith('\n') ? parseGroups(stdout) : [];
    return groups.length > 0 && entriesOf('lives') === 0 && groups.flat().length === matchedSoFar() && groups;
  });

/** Sends unmarked packets on the CPU of the marked ones, as fast as possible, while `action` runs. */
async function besideFlood(action: () => Promise<unknown>): Promise<void> {
  const to = ['--to', `127.0.0.1:${PORT + 7}`, '--sink'];
  const flood = [TRAFFIC, 'udp', ...to, '--count', '1000000000', '--rate', '0'];
  const sender = spawn('taskset', ['-c', '1', 'nice', '-n', '5', ...flood], { stdio: 'ignore' });
  const ended = once(sender, 'exit');
  try {
    await action();
    expect(sender.exitCode).toBe(null);
  } finally {
    sender.kill('SIGKILL');
    await ended;
  }
}

/** Expects all packets that were sent; by programs that may be preempted, without at most as many as the kernel has missed. */
function expectSent(backend: string, sent: number, shown: number, missed: number): void {
  expect(shown).toBeLessThanOrEqual(sent);
  expect(sent - shown).toBeLessThanOrEqual(backend.startsWith('fentry') ? missed : 0);
}

/** First and last function of the groups, and the number of groups with them. */
function ways(groups: ReturnType<typeof parseGroups>): Map<string, number> {
  const found = new Map<string, number>();
  for (const group of groups) {
    const way = `${group[0]?.function ?? 'nothing'} .. ${group.at(-1)?.function ?? 'nothing'}`;
    found.set(way, (found.get(way) ?? 0) + 1);
  }
  return found;
}

/** Clears the mark after ip_output while `action` runs. */
async function unmarked(action: () => Promise<unknown>): Promise<void> {
  const rule = 'type filter hook postrouting priority 0; meta mark set 0;';
  run('nft', `table ip ${TABLE} { chain postrouting { ${rule} }; }`);
  try {
    await action();
  } finally {
    run('nft', 'delete', 'table', 'ip', TABLE);
  }
}

/** Throws if packets with the same skb overlap in time, or a packet has an event after its end. Returns the number of packets. */
function checkLives(events: readonly Event[]): number {
  const last = new Map<string, { packet: number; ended: boolean }>();
  const seen = new Map<number, string>();
  for (const event of events.toSorted((left, right) => Number(left.timestamp - right.timestamp))) {
    const { packet, packet_id: skb, function: name } = event;
    const before = last.get(skb);
    const where = `${name} of #${packet} (${skb})`;
    if (before?.packet !== packet && seen.has(packet)) throw new Error(`${where} comes back`);
    if (before?.packet === packet && before.ended) throw new Error(`${where} comes after the end`);
    seen.set(packet, skb);
    last.set(skb, { packet, ended: name === 'kfree_skbmem' || name === 'napi_skb_cache_put' });
  }
  return seen.size;
}

afterEach(cleanUp);

// The kernel sometimes skips programs of fentry-multi (docs/backends.md), perhaps at the first call of a packet.
const [UNSKIPPED = AUTO] = BACKENDS.filter((backend) => !backend.startsWith('fentry'));

// For tests that need the first and the last call of a packet.
const ENOUGH = UNSKIPPED === 'kprobe' ? ['-r', MOST_OF_THE_WAY] : [];
// For a test that needs any call after the last one.
const ANY = IS_WHOLE ? [] : ENOUGH;

describe(`packets whose skbs have the same address, -b ${AUTO}`, () => {
  it(`prints 1,000 packets that reuse one skb address as 1,000 groups while the trace runs, -b ${UNSKIPPED}`, async () => {
    await freeOldPackets(); // those of other tests have the mark, too, and would be shown when they are freed
    const running = await trace(['-m', MARK, '-b', UNSKIPPED, ...ENOUGH]);
    await send(3, 2);
    await freeOldPackets();
    const single = ways(await liveGroups(running, 3));
    await send(1000);
    await freeOldPackets();
    const groups = await liveGroups(running, 1003);
    expect(entriesOf('lives')).toBe(0);
    const { stdout, stderr } = await running.end();
    console.log('ways', ways(groups), 'single', single, countsOf(stderr));
    expect(parseGroups(stdout)).toHaveLength(1003);
    expect([...ways(groups).keys()]).toEqual([...single.keys()]);
  });

  it('shows no call of a packet after its end, and keeps no packet for ever: TCP with GSO, UDP and pings', async () => {
    upPath(PAIR);
    try {
      const running = await trace(['-m', MARK, ...ANY, '-o', 'json', '--perf-page-count', '4096']);
      await transfer(5101, 1_000_000);
      await send(2000, 1000);
      for (let count = 0; count < 5; count++) await ping(DEADBEEF);
      await freeOldPackets();
      const kept = entriesOf('lives');
      const { stdout, stderr } = await running.end();
      const events = parseJson(stdout);
      console.log(`${events.length} events of ${checkLives(events)} packets, ${kept} kept`, countsOf(stderr));
      expect(countsOf(stderr).lost).toBe(0);
      expect(kept).toBe(0);
    } finally {
      downPath(PAIR);
    }
  });
});

/*
 * Of 300 packets some calls may be missing: those at which the kernel did not run the program, since another task had been
 * preempted in it. The kernel counts such calls, with any mark, so at most as many are missing as it has counted.
 */
describe.each(BACKENDS)('hidden functions that free packets, -b %s', (backend) => {
  it('end the groups of the packets, and are not counted', async () => {
    const running = await trace(['-m', MARK, '-b', backend, '-r', '^ip_output$']);
    await send(300);
    await freeOldPackets();
    const groups = await allGroups(running);
    const { stdout, stderr } = await running.end();
    expect(parseGroups(stdout)).toEqual(groups);
    expect(groups.filter((group) => group.length !== 1)).toEqual([]);
    expect(attachCountsOf(stderr)).toMatchObject({ succeeded: 1, failed: 0 });
    const { samples, lost, missed } = countsOf(stderr);
    expect({ samples, lost }).toEqual({ samples: groups.length, lost: 0 });
    expectSent(backend, 300, groups.length, missed);
  });

  it('end packets whose mark was cleared', async () => {
    const running = await trace([
      '-m',
      MARK,
      '-b',
      backend,
      '-r',
      '^(__ip_local_out|ip_output|kfree_skbmem)$',
    ]);
    await unmarked(() => send(300));
    await freeOldPackets();
    const groups = await allGroups(running);
    const { stdout, stderr } = await running.end();
    expect(parseGroups(stdout)).toEqual(groups);
    // from Linux 6.18 on, most are freed without kfree_skbmem
    const known = ['__ip_local_out .. kfree_skbmem', '__ip_local_out .. ip_output'];
    const odd = groups.filter((group) => [...ways([group]).keys()].some((way) => !known.includes(way)));
    const { missed } = countsOf(stderr);
    console.log('ways', ways(groups), `${missed} missed`);
    expectSent(backend, 300, groups.length, missed);
    expect(groups.every((group) => group.length <= 3)).toBe(true);
    expect(300 - groups.length + odd.length).toBeLessThanOrEqual(missed);
  });
});

/*
 * A kernel that may preempt programs skips a program for other tasks on a CPU while a task is preempted in it. If it skipped
 * the program for the ends of packets, the next packet with that skb, with any mark, would be shown as the same packet.
 */
it.each(BACKENDS.filter((backend) => backend.endsWith('-multi')))(
  'no end of a packet is missed during a flood of other packets on the same CPU, -b %s',
  async (backend) => {
    const running = await trace(['-m', MARK, '-b', backend, '-r', '^ip_output$', '-o', 'json']);
    await besideFlood(() => send(1500));
    await freeOldPackets();
    const { stdout } = await running.end();
    const { summary } = parseResults(stdout);
    const events = parseJson(stdout);
    const { recursion } = summary.causes;
    console.log(
      `${events.length} packets of 1500, ${recursion} calls and ${summary.missed_ends} ends missed`,
    );
    expect(summary.missed_ends).toBe(0);
    expect(new Set(events.map(({ packet }) => packet)).size).toBe(events.length);
    expect(events.filter(({ mark }) => mark !== DEADBEEF)).toEqual([]);
    expectSent(backend, 1500, events.length, recursion);
  },
);

it.each(WITH_RETURNS)(
  'function_graph: returns are in the group of the packet of their call, -b %s',
  async (backend) => {
    const functions = ['-r', '^(ip_output|ip_rcv|kfree_skbmem)$'];
    const args = ['-m', MARK, '-b', backend, '-t', 'function_graph', ...functions];
    const running = await trace(args);
    await send(100);
    await freeOldPackets();
    await running.runsUntil('the end of all packets', () => entriesOf('lives') === 0);
    const { stdout, stderr } = await running.end();
    const groups = stdout.split('===\n').slice(1);
    const { missed } = countsOf(stderr);
    expect(groups.length).toBeLessThanOrEqual(100);
    const isWhole = (group: string): boolean =>
      /ip_output\(\)[^]*ip_rcv\(\)/.test(group) && !group.includes('/*');
    const cut = groups.filter((group) => !isWhole(group));
    expect(100 - groups.length + cut.length, cut.join('===\n')).toBeLessThanOrEqual(missed);
  },
);
