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
 * A packet is one life of an skb. The packets here are sent one after the other on one CPU, so that all of them have
 * the same few skbs: a tracer that takes the address for the packet shows them as one.
 */

const TABLE = 'ipft_unmark';

const send = (count: number, rate = 500): Promise<void> => udp({ mark: DEADBEEF, count, rate, cpu: 1 });

/** The groups that are on stdout while the trace still runs, once there are so many. */
const liveGroups = (running: Running, count: number): Promise<ReturnType<typeof parseGroups>> =>
  running.runsUntil<ReturnType<typeof parseGroups>>(`${count} groups`, () => {
    const { stdout } = running;
    const groups = stdout.endsWith('\n') ? parseGroups(stdout) : [];
    return groups.length >= count && groups;
  });

/** How many events the one trace that runs has made. */
function matchedSoFar(): number {
  const dump = run('bpftool', '-j', 'map', 'dump', 'name', 'counters');
  const cpus = JSON.parse(dump) as { formatted: { value: { matched: number } } }[];
  return cpus.reduce((sum, { formatted }) => sum + formatted.value.matched, 0);
}

/** The groups that are on stdout while the trace still runs, once all packets have ended and every event is there. */
const allGroups = (running: Running): Promise<ReturnType<typeof parseGroups>> =>
  running.runsUntil<ReturnType<typeof parseGroups>>('the end of all packets', () => {
    const { stdout } = running;
    const groups = stdout.endsWith('\n') ? parseGroups(stdout) : [];
    return groups.length > 0 && entriesOf('lives') === 0 && groups.flat().length === matchedSoFar() && groups;
  });

/** Unmarked packets on the CPU of the marked ones, as fast as they go, while `action` runs. */
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

/** As many packets as were sent; by programs that may be preempted, but for calls that the kernel says it has skipped. */
function expectSent(backend: string, sent: number, shown: number, missed: number): void {
  expect(shown).toBeLessThanOrEqual(sent);
  expect(sent - shown).toBeLessThanOrEqual(backend.startsWith('fentry') ? missed : 0);
}

/** First and last function of each group, and how often they are. */
function ways(groups: ReturnType<typeof parseGroups>): Map<string, number> {
  const found = new Map<string, number>();
  for (const group of groups) {
    const way = `${group[0]?.function ?? 'nothing'} .. ${group.at(-1)?.function ?? 'nothing'}`;
    found.set(way, (found.get(way) ?? 0) + 1);
  }
  return found;
}

/** Takes the mark off behind ip_output while `action` runs. */
async function unmarked(action: () => Promise<unknown>): Promise<void> {
  const rule = 'type filter hook postrouting priority 0; meta mark set 0;';
  run('nft', `table ip ${TABLE} { chain postrouting { ${rule} }; }`);
  try {
    await action();
  } finally {
    run('nft', 'delete', 'table', 'ip', TABLE);
  }
}

/** Throws unless the packets of each skb follow each other in time, and none goes on behind its end. */
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

// Programs of fentry-multi are skipped now and then (docs/backends.md), and the first call of a packet may be such a one.
const [UNSKIPPED = AUTO] = BACKENDS.filter((backend) => !backend.startsWith('fentry'));

// What is asked here is the first and the last call of a packet.
const ENOUGH = UNSKIPPED === 'kprobe' ? ['-r', MOST_OF_THE_WAY] : [];
// And here any call after the last one.
const ANY = IS_WHOLE ? [] : ENOUGH;

describe(`packets whose skbs have the same address, -b ${AUTO}`, () => {
  it(`prints 1,000 packets that reuse one skb address as 1,000 groups while the trace runs, -b ${UNSKIPPED}`, async () => {
    await freeOldPackets(); // those of other tests are marked, too, and would be shown when they are freed
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

  it('shows no call of a packet after its end, and holds none for ever: TCP with GSO, UDP and pings', async () => {
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
 * Of 300 packets: a call on which the kernel ran no program, as another task had been preempted in it, is not there. The kernel
 * counts such calls, whatever their mark, so what is not there is at most what was missed.
 */
describe.each(BACKENDS)('ends that are not shown, -b %s', (backend) => {
  it('end the groups of their packets all the same, and are not counted', async () => {
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

  it('end packets that have lost their mark', async () => {
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
    // since Linux 6.18 most are freed without kfree_skbmem
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
 * On a kernel that may preempt programs it skips a program for all others on that CPU while one that runs it waits. If that
 * were the one that runs at ends, the next packet with that skb, whatever its mark, would be shown as one with that before.
 */
it.each(BACKENDS.filter((backend) => backend.endsWith('-multi')))(
  'beside a flood of others on the same CPU no end of a packet is missed, -b %s',
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
  'function_graph: returns belong to the packet of their call, -b %s',
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
