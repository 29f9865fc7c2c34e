// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Drop } from '../../../src/core/drop.js';
import { DEADBEEF, MARK } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { parseResults } from '../../support/ipft/results.js';
import { now, pause, readText, run, textIfThere, TRACEFS } from '../../support/kernel/system.js';
import { TRAFFIC } from '../../support/traffic/traffic.js';
import { HOME } from '../../support/home.js';

const TOPOLOGY = join(HOME, 'lab/net/pair');

/** What the kernel reports, according to the formats of its trace events. */
const KFREE_SKB = textIfThere(`${TRACEFS}/events/skb/kfree_skb/format`) ?? '';
const HAS_REASONS = KFREE_SKB.includes('reason');
const HAS_QDISC_DROP = textIfThere(`${TRACEFS}/events/qdisc/qdisc_drop/format`) !== null;

/** Functions in which queueing disciplines drop packets; they free lists of packets. */
const QUEUES = /^(kfree_skb_list(_reason)?|__tcf_kfree_skb_list|__dev_queue_xmit|__dev_xmit_skb)$/;

/** Fills receive queues of the smallest possible size: of UDP, and of echo replies, which have the mark of the requests. */
const FULL_QUEUES = `
import socket, struct, sys
mark = int(sys.argv[1]).to_bytes(4, sys.byteorder)
def open_socket(protocol):
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, protocol)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
    return opened
receiver, sender, pinging = open_socket(0), open_socket(0), open_socket(socket.IPPROTO_ICMP)
receiver.bind(("127.0.0.1", 0))
for number in range(20):
    sender.sendto(b"x" * 1000, receiver.getsockname())
    pinging.sendto(struct.pack("!BBHHH", 8, 0, 0, 0, number) + b"x" * 1000, ("127.0.0.1", 0))
`;

interface TimedDrop extends Drop {
  readonly timestamp: number;
}

/** What --drops reports during each of `actions`. */
async function dropsOf(...actions: (() => unknown)[]): Promise<TimedDrop[][]> {
  const running = await trace(['-m', MARK, '--drops', '-o', 'json', '-r', '^(ip_rcv|__dev_queue_xmit)$']);
  const begins: bigint[] = [];
  for (const action of actions) {
    begins.push(now());
    action();
    await pause(200);
  }
  const { events } = parseResults((await running.end()).stdout);
  const drops = events.flatMap((line) => (line as { drop?: TimedDrop }).drop ?? []);
  return begins.map((begin, at) =>
    drops.filter(({ timestamp }) => timestamp >= begin && timestamp < (begins[at + 1] ?? Infinity)),
  );
}

const both = (drops: readonly Drop[]): string[] =>
  [...new Set(drops.map(({ reason, cause }) => `${reason} ${cause}`))].toSorted();

afterEach(cleanUp);

describe('the cause of a drop', () => {
  beforeAll(() => run(TOPOLOGY, 'up'));
  afterAll(() => run(TOPOLOGY, 'down'));

  it('is the reason of the queueing discipline, if the kernel reports one', async () => {
    const queues = ['fq flow_limit 2 maxrate 8kbit', 'cake memlimit 1', 'netem loss 100%'];
    const actions = queues.map((words) => () => {
      run('tc', '-n', 'ipft-a', 'qdisc', 'replace', 'dev', 'veth', 'root', ...words.split(' '));
      run(TOPOLOGY, 'exec', 'a', TRAFFIC, 'udp', '--to', '10.0.0.10:9', '--mark', MARK, '--count', '12');
    });
    const drops = (await dropsOf(...actions)).map((all) => all.filter((drop) => QUEUES.test(drop.function)));
    for (const { length } of drops) expect(length).toBeGreaterThan(5);
    const byKernel = (ofTracepoint: string, ofReason?: string): string[] => {
      if (HAS_QDISC_DROP) return [`QDISC_DROP ${ofTracepoint}`];
      if (ofReason !== undefined && KFREE_SKB.includes(`"${ofReason}"`)) return [`${ofReason} ${ofReason}`];
      return [HAS_REASONS ? 'QDISC_DROP null' : 'null null'];
    };
    expect(drops.map(both)).toEqual([
      byKernel('QDISC_DROP_FLOW_LIMIT', 'FQ_FLOW_LIMIT'),
      byKernel('QDISC_DROP_OVERLIMIT'),
      byKernel('null'), // QDISC_DROP_GENERIC, which gives no reason
    ]);
  });
});

describe('a full receive queue', () => {
  const SETTINGS = {
    '/proc/sys/net/ipv4/ping_group_range': '0 1000',
    '/proc/sys/net/ipv4/fwmark_reflect': '1',
  };
  const before = new Map(Object.keys(SETTINGS).map((path) => [path, readText(path)]));
  beforeAll(() => Object.entries(SETTINGS).forEach((setting) => writeFileSync(...setting)));
  afterAll(() => before.forEach((value, path) => writeFileSync(path, value)));

  const fill = (): string => run('python3', '-c', FULL_QUEUES, DEADBEEF.toString());

  it('is the cause of drops on every kernel', async () => {
    const [drops = []] = await dropsOf(fill);
    const of = (functions: RegExp): Drop[] => drops.filter((drop) => functions.test(drop.function));
    const [udp, ping] = [of(/^_*udp_queue_rcv/), of(/^_*ping_queue_rcv/)];
    const full = HAS_REASONS ? 'SOCKET_RCVBUFF SOCKET_RCVBUFF' : undefined;
    expect(both(udp)).toEqual([full ?? 'null udp_fail_queue_rcv_skb ENOMEM']);
    expect(both(ping)).toEqual([full ?? 'null sock_rcvqueue_full']);
    expect(Math.min(udp.length, ping.length)).toBeGreaterThan(10);
  });

  it('is shown by the field cause, without --drops', async () => {
    const functions = '^(__kfree_skb|kfree_skb|kfree_skb_reason|sk_skb_reason_drop)$';
    const running = await trace(['-m', MARK, '-o', 'json', '-f', 'cause', '-r', functions]);
    fill();
    await pause(300);
    const { events } = parseResults((await running.end()).stdout);
    const causes = events.map((event) => (event as { cause: string | null }).cause);
    expect(causes).toContain(HAS_REASONS ? 'SOCKET_RCVBUFF' : 'sock_rcvqueue_full');
  });
});
