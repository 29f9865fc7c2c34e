// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { mkdirSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trace } from '../../support/ipft/in-process.js';
import { AUTO, cleanUp } from '../../support/kernel/kernel.js';
import { downPath, PAIR, transfer, upPath } from '../../support/traffic/path.js';
import { parseJson, type Event } from '../../support/ipft/results.js';
import { readText, run, until } from '../../support/kernel/system.js';
import { ping, PORT, udp } from '../../support/traffic/traffic.js';
import { traceProcess } from '../../support/ipft/process.js';
import { DEADBEEF } from '../../support/ipft/running.js';

const COUNT = 5;
const SOME = '^(ip_output|ip_finish_output2|dev_hard_start_xmit|ip_rcv|udp_rcv|icmp_rcv|__icmp_send)$';

interface Seen extends Event {
  readonly ifname: string | null;
  readonly netns: number | null;
  readonly comm: string;
  readonly pid: number;
  readonly tuple: { readonly dport?: number; readonly protocol: string } | null;
}

/** Traces while `action` runs; returns events with the fields that filters compare. */
async function traced(
  filter: readonly string[],
  action: () => Promise<unknown>,
  through: string[] = [],
): Promise<Seen[]> {
  const fields = ['-f', 'len,mark,ifname,netns,comm,pid,tuple'];
  const args = [...filter, '-r', SOME, '-b', AUTO, '-o', 'json', ...fields];
  const running = await (through.length > 0 ? traceProcess(args, { through }) : trace(args));
  await action();
  const { code, stdout } = await running.end();
  expect(code).toBe(0);
  return parseJson(stdout) as Seen[];
}

/** The traffic of most tests: packets to two ports, and pings. */
async function mixed(): Promise<void> {
  await udp({ count: COUNT, rate: 100, cpu: 0 });
  await udp({ count: COUNT, rate: 100, cpu: 1 });
  await ping();
}

const packetsOf = (events: readonly Seen[], name: string): number =>
  new Set(events.filter((event) => event.function === name).map(({ packet }) => packet)).size;

afterEach(cleanUp);

describe('--filter, as in pcap-filter(7)', () => {
  it('traces packets that match, and follows them', async () => {
    const events = await traced(['--filter', `udp dst port ${PORT}`], mixed);
    expect(packetsOf(events, 'ip_output')).toBe(COUNT);
    expect(packetsOf(events, 'udp_rcv')).toBe(COUNT);
    const told = events.filter(({ tuple }) => tuple?.dport !== undefined);
    expect(told.length).toBeGreaterThan(COUNT * 3);
    expect(new Set(told.map(({ tuple }) => tuple?.dport))).toEqual(new Set([PORT]));
  });

  it('requires the mark, too, with -m', async () => {
    const both = ['-m', DEADBEEF.toString(), '--filter', 'icmp'];
    const events = await traced(both, async () => {
      await mixed();
      await udp({ mark: DEADBEEF, count: COUNT, rate: 100 });
      await ping(DEADBEEF);
    });
    expect(packetsOf(events, 'ip_output')).toBe(1);
    expect(new Set(events.map(({ mark, tuple }) => `${mark} ${tuple?.protocol}`))).toEqual(
      new Set([`${DEADBEEF} icmp`]),
    );
  });

  it('matches no packet without a tunnel, with --inner', async () => {
    const outside = await traced(['--filter', `udp port ${PORT}`, '--inner'], mixed);
    expect(outside).toEqual([]);
  });
});

describe('conditions', () => {
  it.each([
    ['--where', 'skb->len > 100 && skb->dev->name == "lo"'],
    ['--where', '!(skb->len <= 100) && skb->dev->ifindex == 1 && skb->dev->flags & 8 == 8'],
  ])('%s %s', async (...filter) => {
    const events = await traced([...filter, '-m', '0'], mixed);
    expect(packetsOf(events, 'ip_rcv')).toBe(2 * COUNT); // a ping is only 84 bytes long
    expect(Math.min(...events.map(({ len }) => len))).toBeGreaterThan(100);
  });

  it('--where: a comparison through a null pointer is false, and its negation is true', async () => {
    const holds = await traced(['--where', 'skb->dev->ifindex != 0', '-r', '^ip_output$'], mixed);
    const contrary = await traced(['--where', '!(skb->dev->ifindex != 0)', '-r', '^ip_output$'], mixed);
    // the device is not yet set at the first call of ip_output
    expect(packetsOf(holds, 'ip_output')).toBe(0);
    expect(packetsOf(contrary, 'ip_output')).toBe(2 * COUNT + 2);
  });

  it('--comm and --pid trace what a process sends, until it is received', async () => {
    const events = await traced(['--comm', 'ping'], mixed);
    expect(packetsOf(events, 'icmp_rcv')).toBeGreaterThan(0);
    expect(events[0]?.comm).toBe('ping');
    const none = await traced(['--pid', process.pid.toString()], mixed);
    expect(none).toEqual([]);
  });

  it('--cgroup traces packets of the sockets of a cgroup and its descendants, also in a cgroup namespace', async () => {
    run('bash', '-c', 'mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup');
    const folder = '/sys/fs/cgroup/ipft-test';
    const below = `${folder}/below/it`;
    mkdirSync(below, { recursive: true });
    const pinging = async (group: string): Promise<void> => {
      const child = spawn('bash', ['-c', 'read; exec ping -n -q -c 1 127.0.0.1'], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      writeFileSync(`${group}/cgroup.procs`, String(child.pid));
      child.stdin.end('\n');
      await new Promise((resolve) => child.once('exit', resolve));
    };
    const traffic = async (): Promise<void> => {
      await mixed();
      await pinging('/sys/fs/cgroup');
      await pinging(folder);
      await pinging(below);
    };
    try {
      const events = await traced(['--cgroup', folder], traffic);
      expect(packetsOf(events, 'ip_output')).toBe(2);
      expect(events.find(({ function: name }) => name === 'ip_output')?.tuple?.protocol).toBe('icmp');
      expect(packetsOf(await traced(['--cgroup', below], traffic), 'ip_output')).toBe(1);
      // In the new cgroup namespace `folder` is the root.
      const script = `echo $$ >${folder}/cgroup.procs; exec unshare -C -m bash -c 'mount -t cgroup2 none /mnt; exec "$@"' bash "$@"`;
      const through = ['bash', '-c', script, 'bash'];
      const inside = await traced(['--cgroup', '/mnt/below'], traffic, through);
      expect(packetsOf(inside, 'ip_output')).toBe(1);
    } finally {
      await until('the end of the probe-keeper', () => readText(`${folder}/cgroup.procs`) === '');
      for (const group of [below, dirname(below), folder]) rmdirSync(group);
    }
  });
});

describe('a packet that has matched', () => {
  const RULE = [
    'POSTROUTING',
    '-t',
    'mangle',
    '-m',
    'mark',
    '--mark',
    '0xdeadbeef',
    '-j',
    'MARK',
    '--set-mark',
    '0',
  ];
  beforeAll(() => void run('iptables', '-I', ...RULE));
  afterAll(() => void run('iptables', '-D', ...RULE));

  it('is followed after its mark is cleared', async () => {
    const send = (): Promise<void> => udp({ mark: DEADBEEF, count: COUNT, rate: 100 });
    const events = await traced(['-m', DEADBEEF.toString()], send);
    const marks = (name: string): number[] =>
      events.filter((event) => event.function === name).map(({ mark }) => mark);
    expect(marks('ip_output')).toEqual(Array(COUNT).fill(DEADBEEF));
    expect(marks('ip_rcv')).toEqual(Array(COUNT).fill(0));
    expect(packetsOf(events, 'udp_rcv')).toBe(COUNT);
  });
});

describe('network namespaces', () => {
  beforeAll(() => upPath(PAIR));
  afterAll(() => downPath(PAIR));
  const inodeOf = (name: string): number =>
    Number(/\d+/.exec(run('ip', 'netns', 'exec', `ipft-${name}`, 'readlink', '/proc/self/ns/net'))?.[0]);

  it('--netns and --ifname trace packets in a namespace and at a device; with -m a packet is followed into another namespace', async () => {
    const [sender, receiver] = [inodeOf('a'), inodeOf('b')];
    const there = await traced(['--netns', 'ipft-b'], () => transfer(5001, 1000));
    expect(packetsOf(there, 'ip_rcv')).toBeGreaterThan(0);
    expect(there[0]?.netns ?? receiver).toBe(receiver);
    const marked = await traced(['-m', DEADBEEF.toString()], () => transfer(5002, 1000));
    const spaces = (name: string): Set<number | null> =>
      new Set(marked.filter((event) => event.function === name).map(({ netns }) => netns));
    expect(spaces('dev_hard_start_xmit')).toEqual(new Set([sender]));
    expect(spaces('ip_rcv')).toEqual(new Set([receiver])); // the packet has no mark there
    const devices = await traced(['--ifname', 'lo'], () => transfer(5003, 1000));
    expect(devices).toEqual([]);
    expect(readlinkSync('/proc/self/ns/net')).not.toContain(String(receiver));
  });
});
