import { afterEach, describe, expect, it } from 'vitest';
import { MARK, type Running, DEADBEEF } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { AUTO, BACKENDS, cleanUp, entriesOf, WITH_RETURNS } from '../../support/kernel/kernel.js';
import { downPath, PAIR, transfer, upPath } from '../../support/traffic/path.js';
import { attachCountsOf, countsOf, parseGroups, parseJson, type Event } from '../../support/ipft/results.js';
import { run, until } from '../../support/kernel/system.js';
import { freeOldPackets, ping, udp } from '../../support/traffic/traffic.js';

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

describe(`packets whose skbs have the same address, -b ${AUTO}`, () => {
  it(`prints 1,000 packets that reuse one skb address as 1,000 groups while the trace runs, -b ${UNSKIPPED}`, async () => {
    await freeOldPackets(); // those of other tests are marked, too, and would be shown when they are freed
    const running = await trace(['-m', MARK, '-b', UNSKIPPED]);
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
      const running = await trace(['-m', MARK, '-o', 'json', '--perf-page-count', '4096']);
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

describe.each(BACKENDS)('ends that are not shown, -b %s', (backend) => {
  it('end the groups of their packets all the same, and are not counted', async () => {
    const running = await trace(['-m', MARK, '-b', backend, '-r', '^ip_output$']);
    await send(300);
    await freeOldPackets();
    const groups = await liveGroups(running, 300);
    expect(entriesOf('lives')).toBe(0);
    const { stderr } = await running.end();
    expect(groups.map((group) => group.length)).toEqual(new Array(300).fill(1));
    expect(attachCountsOf(stderr)).toMatchObject({ succeeded: 1, failed: 0 });
    expect(countsOf(stderr)).toMatchObject({ samples: 300, lost: 0 });
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
    const groups = await liveGroups(running, 300);
    // since Linux 6.18 most are freed without kfree_skbmem
    const known = ['__ip_local_out .. kfree_skbmem', '__ip_local_out .. ip_output'];
    expect([...ways(groups).keys()].filter((way) => !known.includes(way))).toEqual([]);
    expect(groups).toHaveLength(300);
    expect(entriesOf('lives')).toBe(0);
    await running.end();
    expect(await until('no group more', () => parseGroups(running.stdout))).toHaveLength(300);
  });
});

it.each(WITH_RETURNS)(
  'function_graph: returns belong to the packet of their call, -b %s',
  async (backend) => {
    const functions = ['-r', '^(ip_output|ip_rcv|kfree_skbmem)$'];
    const args = ['-m', MARK, '-b', backend, '-t', 'function_graph', ...functions];
    const running = await trace(args);
    await send(100);
    await freeOldPackets();
    await running.runsUntil('100 groups', () => running.stdout.split('===\n').length > 100);
    const { stdout } = await running.end();
    const groups = stdout.split('===\n').slice(1);
    expect(groups).toHaveLength(100);
    const isWhole = (group: string): boolean =>
      /ip_output\(\)[^]*ip_rcv\(\)/.test(group) && !group.includes('/*');
    expect(groups.filter((group) => !isWhole(group))).toEqual([]);
  },
);
