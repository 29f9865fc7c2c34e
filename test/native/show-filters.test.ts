// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';
import { IPFT, IpftProcess } from '../support/ipft/process.js';
import { run } from '../support/kernel/system.js';

/* ipft show selects the packets of a file as a live trace with the same options does. */

const MARK = 0x1e000000 + (process.pid & 0x3fffff);
const reason = refusal();
const SELECTED = '^tp:(net_dev_queue|netif_receive_skb|consume_skb|kfree_skb)$';
const TRACE = ['-m', `${MARK}`, '-b', 'tracepoint', '-r', SELECTED];
const FIELDS = 'hash,ifname,comm';
const SHOWN = ['-o', 'stream', '-f', 'len,ifname,tuple', '--time', 'relative'];

/** What of the pings each of these selects is something, and not everything. */
const TELLING = [
  ['--where', 'skb->len > 200'],
  ['--where', '!(skb->len > 200)'],
  ['--where', `skb->dev->name == "lo" && skb->len < 90`],
  ['--where', 'task->comm == "ping" && skb->hash == 0 && skb->len & 0x100'],
  ['--filter', 'dst host 127.0.0.2'],
  ['--filter', 'not dst host 127.0.0.2 and not port 53'],
] as const;
/** These select all packets, or none. */
const SIMPLE = [
  ['--where', 'task->comm != "ping" && skb->len > 200'],
  ['--filter', 'icmp[icmptype] == icmp-echo'],
  ['--where', 'skb->hash == 1 && skb->len > 200'],
  ['--where', '!(skb->dev->name != "lo")'],
  ['--ifname', 'lo'],
  ['--ifname', 'eth7'],
  ['--comm', 'ping'],
  ['--filter', 'ip6'],
  ['--filter', 'ip and not arp'],
] as const;
const ALL = [...TELLING, ...SIMPLE];

const folder = mkdtempSync('/tmp/ipft-show-filters-');
const FILE = `${folder}/trace.ipft`;
afterAll(() => rmSync(folder, { recursive: true }));

function show(args: readonly string[]) {
  const [program = '', ...words] = [...IPFT, 'show', FILE, ...args];
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: HOME, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** Each trace has numbers and times of its own. */
const lines = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^ *#\d+ +[\d.]+ \d+/, ''));

describe.skipIf(reason !== null)(
  `filters on files${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 120_000 },
  () => {
    const live = new Map<string, string>();
    beforeAll(async () => {
      const recorded = new IpftProcess(['record', ...TRACE, '-f', FIELDS, '-w', FILE]);
      const traces = ALL.map(
        (option) => [option.join(' '), new IpftProcess([...TRACE, ...SHOWN, ...option])] as const,
      );
      const all = [recorded, ...traces.map(([, trace]) => trace)];
      await Promise.all(all.map((trace) => trace.says('Trace ready!')));
      for (const words of ['-s 300 127.0.0.1', '-s 40 127.0.0.1', '-s 40 127.0.0.2', '-s 300 127.0.0.2'])
        run('ping', '-q', '-c', '2', '-i', '0.05', '-m', `${MARK}`, ...words.split(' '));
      await Promise.all(all.map((trace) => trace.end()));
      for (const [name, trace] of traces) live.set(name, (await trace.ended).stdout);
    }, 60_000);

    it.each(ALL)('%s %s', (...option) => {
      const { code, stdout, stderr } = show([...SHOWN, ...option]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(lines(stdout)).toEqual(lines(live.get(option.join(' ')) ?? 'none'));
    });

    it.each(TELLING)('%s %s selects some packets and not all', (...option) => {
      const [some, all] = [lines(show([...SHOWN, ...option]).stdout), lines(show(SHOWN).stdout)];
      expect(some.length).toBeGreaterThan(1);
      expect(some.length).toBeLessThan(all.length);
    });

    it.each([
      [
        ['--where', 'skb->priority == 1'],
        /does not have skb->priority.*\nTry: ipft record -f 'skb->priority'/,
      ],
      [['--pid', '1'], /does not have pid: .*\nTry: ipft record -f pid/],
      [['--netns', 'inode:1'], /does not have skb->dev->nd_net.net->ns.inum, /],
      [
        ['--filter', 'ether src 02:00:00:00:00:01'],
        /Ethernet addresses are not recorded\nTry: ipft record --filter/,
      ],
      [['--filter', 'vlan 5'], /VLAN tags are not recorded/],
      [['--filter', 'greater 100'], /lengths \(len, less, greater\) are not recorded/],
      [
        ['--filter', 'ip', '--inner'],
        /does not have inner headers: .*\nTry: ipft record -f 'skb->network_header,skb->inner_network_header'/,
      ],
      [['--where', 'skb->len == NOSUCH'], /constant NOSUCH was not recorded\nTry: its number/],
    ])('%j was not recorded', (option, message) => {
      const { code, stdout, stderr } = show(option);
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
      expect(stderr).toMatch(message);
    });

    it.each([
      [['--filter', 'no such thing'], /--filter 'no such thing': /],
      [['--where', 'skb->len =='], /it ends too early/],
      [['--inner'], /--inner: there is no --filter/],
      [['--filter', ''], /it is empty/],
      [['--container', 'no-such'], /--container no-such: there is no such container/],
      [['--container', 'a', '--cgroup', '/'], /--container: it does not go with --cgroup/],
    ])('%j is wrong', (option, message) => {
      const { code, stderr } = show(option);
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    });
  },
);
