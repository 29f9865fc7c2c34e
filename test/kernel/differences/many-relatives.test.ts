// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { traceProcess, type IpftProcess } from '../../support/ipft/process.js';
import { relativesOf } from '../../support/ipft/relatives.js';
import { MARK, type Ended } from '../../support/ipft/running.js';
import { HOME } from '../../support/home.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { pause, readText, run, shell } from '../../support/kernel/system.js';
import { grouped } from '../../support/witnesses/pairing.js';
import { TRAFFIC } from '../../support/traffic/traffic.js';
import { IS_WHOLE, WHOLE_ONLY } from '../../support/whole.js';

/** Packets that are followed at a time, at most (IPFT_LIVES). */
const LIVES = 65_536;

/** Bytes of a datagram. */
const SIZE = 65_000;
/** What the router makes of one, at the least MTU there is: its header of UDP is in the first. */
const FRAGMENTS = Math.ceil((SIZE + 8) / 48);
/** Ethernet and IP header, and 48 bytes. */
const FRAGMENT_LEN = 14 + 20 + 48;

/** By each of which a fragment becomes one packet more. */
const PORTS = 74;

/** Megabytes that ipft may have at most: 75 to 358 were measured. */
const MOST_MB = 600;

/** What all of it takes: nothing may be lost that this test is not about. */
const ROOM = ['--perf-page-count', '16384'];

const FAN = join(HOME, 'lab/net/fan');
const folder = mkdtempSync('/dev/shm/ipft-many-relatives-');

/** Where packets are made to wait. */
const QUEUES = [
  ['a', 'veth'],
  ['router', 'right'],
] as const;

const inside = (name: string, command: string): string => shell(`ip netns exec ipft-${name} ${command}`);

/** Marked ones, which are unmarked behind the sender's namespace. */
const send = (datagrams: number): string =>
  inside('a', `${TRAFFIC} udp --to 10.0.1.10:9 --mark ${Number(MARK)} --count ${datagrams} --size ${SIZE}`);

/** Packets in the router's queue. */
const waiting = (): number =>
  Number(/backlog \S+ (\d+)p/.exec(inside('router', 'tc -s qdisc show dev right'))?.[1]);

/** Looks seldom: what is waited for takes long, and has one CPU for all. */
async function seldom(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(1000);
}

/** Megabytes that the process had at most. */
const peakOf = ({ pid }: IpftProcess): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1]) / 1024;

beforeAll(() => {
  if (IS_WHOLE) run('env', `PORTS=${PORTS}`, FAN, 'up');
});
afterAll(() => {
  if (IS_WHOLE) run(FAN, 'down');
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  if (IS_WHOLE)
    for (const [name, device] of QUEUES) shell(`tc -n ipft-${name} qdisc del dev ${device} root || true`);
  await cleanUp();
});

describe.skipIf(!IS_WHOLE)(`more relatives than can be followed${WHOLE_ONLY}`, () => {
  const DATAGRAMS = 50;
  const ALL = DATAGRAMS * FRAGMENTS;

  const hold = (action: 'add' | 'del'): string =>
    inside(
      'router',
      `tc qdisc ${action} dev right root${action === 'del' ? '' : ' netem limit 200000 delay 250s'}`,
    );

  it('are counted and told, and those before them are whole', async () => {
    const file = join(folder, 'json');
    // All datagrams are known, and wait, before the first of them is cut.
    inside('a', 'tc qdisc add dev veth root netem limit 1000 rate 4mbit');
    hold('add');
    const args = ['-m', MARK, '--follow', 'all', '--fail-on-loss', '-r', '^(ip_output|__dev_queue_xmit)$'];
    const running = await traceProcess([...args, '-o', 'json', '--output-file', file, ...ROOM]);
    send(DATAGRAMS);
    await seldom(() => waiting() === ALL);
    const peak = peakOf(running);
    // Once they have been freed there is room again.
    hold('del');
    hold('add');
    send(1);
    await seldom(() => waiting() === FRAGMENTS);
    const { code, stderr } = await running.end();
    const { rows, relations, summary } = relativesOf<{ readonly len: number }>(readFileSync(file, 'utf8'));
    const { matched, delivered, lost, lost_relations: gone, untracked, unfollowed } = summary;
    console.log(`${relations.length} followed, ${unfollowed} not, ${peak.toFixed(0)} MB`);

    expect({ matched, lost, gone, untracked }).toEqual({
      matched: delivered,
      lost: 0,
      gone: 0,
      untracked: 0,
    });
    expect(unfollowed).toBeGreaterThan(0);
    expect(peak).toBeLessThan(MOST_MB);
    // The kernel may skip a program in an interrupt, which it counts.
    const skipped = summary.missed_ends + summary.causes.recursion;
    const known = relations.length + unfollowed;
    expect(known).toBeLessThanOrEqual(ALL + FRAGMENTS);
    expect(known).toBeGreaterThanOrEqual(ALL + FRAGMENTS - skipped);
    expect(relations.length - FRAGMENTS).toBeLessThanOrEqual(LIVES);
    expect(relations.length - FRAGMENTS).toBeGreaterThan(LIVES - DATAGRAMS);
    expect(code).toBe(7);
    expect(stderr).toContain(
      `warning: ${unfollowed} relatives of packets were not followed, since too many packets were followed at the same time\n`,
    );

    // Each fragment that was followed has its parent, its place and its one event.
    const parents = grouped(relations, ({ parent }) => parent);
    for (const fragments of parents.values())
      expect(fragments.map(({ part }) => part)).toEqual(fragments.map((_, index) => index + 1));
    const children = new Set(relations.map(({ packet }) => packet));
    expect(children.size).toBe(relations.length);
    const events = rows.filter(({ packet }) => children.has(packet));
    expect(new Set(events.map(({ packet }) => packet)).size).toBe(relations.length);
    expect(events).toHaveLength(relations.length);
    const odd = events.filter(({ function: name, len }) => name !== '__dev_queue_xmit' || len > FRAGMENT_LEN);
    expect(odd).toEqual([]);
    const ancestors = grouped(
      rows.filter(({ packet }) => !children.has(packet)),
      ({ packet }) => packet,
    );
    expect([...ancestors.keys()]).toHaveLength(DATAGRAMS + 1);
    for (const calls of ancestors.values())
      expect(calls.map(({ function: name }) => name)).toEqual(['ip_output', '__dev_queue_xmit', 'ip_output']);
  });
});

describe.skipIf(!IS_WHOLE)(`a family of more than 100,000 packets${WHOLE_ONLY}`, () => {
  const MEMBERS = 1 + FRAGMENTS * PORTS;
  /** Where fragments are seen in the bridge's namespace, before they are copied there: each copy would have to be told to be there. */
  const RECEIVES = '(__)?netif_receive_skb.*';
  const last = (): string => inside('fan', `cat /sys/class/net/port${PORTS}/statistics/tx_packets`);

  /** Traces it by --family, and to JSON beside that. */
  async function family(
    functions: string,
  ): Promise<Ended & { readonly peak: number; readonly text: string }> {
    const [text, json] = [join(folder, 'text'), join(folder, 'beside')];
    const args = ['-m', MARK, '-f', 'len', '-r', functions, '--family', '--check', 'none'];
    const running = await traceProcess([
      ...[...args, '--output-file', text, '--also', `json=${json}`],
      ...['--fail-on-loss', ...ROOM],
    ]);
    const before = Number(last());
    // So that no CPU is busy with one datagram for tens of seconds.
    inside('router', 'tc qdisc add dev right root netem limit 200000 rate 100kbit');
    send(1);
    await seldom(() => Number(last()) === before + FRAGMENTS);
    // It is written as soon as it has ended.
    await seldom(() => statSync(text).size > 0);
    const peak = peakOf(running);
    const ended = await running.end();
    return { ...ended, stdout: readFileSync(json, 'utf8'), text: readFileSync(text, 'utf8'), peak };
  }

  it('is in several groups if it has more events than can be held, which is told', async () => {
    // Functions of modules without BTF are not traced.
    const further = existsSync('/sys/kernel/btf/bridge')
      ? 'br_forward_finish|br_dev_queue_push_xmit'
      : 'dev_queue_xmit|netdev_core_pick_tx|validate_xmit_skb|netif_skb_features';
    const calls = `${further}|__dev_queue_xmit|dev_hard_start_xmit`;
    const { code, stdout, stderr, text, peak } = await family(`^(${calls}|${RECEIVES})$`);
    const { relations, summary } = relativesOf(stdout);
    console.log(`${text.length} characters, ${peak.toFixed(0)} MB`);
    expect(peak).toBeLessThan(MOST_MB);
    expect(relations.length).toBe(MEMBERS - 1);
    expect(summary.matched).toBe(summary.delivered);
    expect(summary.delivered).toBeGreaterThan(400_000);
    expect(text.match(/^=== family of /gm)?.length).toBeGreaterThan(1);
    expect(text.match(/^ *\d+ \d{4} /gm)).toHaveLength(summary.delivered);
    expect(summary.cut_packets).toBeGreaterThan(0);
    expect(stderr).toContain(`warning: ${summary.cut_packets} packets were shown before their end, `);
    expect(code).toBe(7);
  });
});
