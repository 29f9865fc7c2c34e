import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../support/ipft/results.js';
import { trace } from '../../support/ipft/in-process.js';
import { AUTO, cleanUp } from '../../support/kernel/kernel.js';
import { run } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';
import { downPath, PAIR, transfer, upPath } from '../../support/traffic/path.js';

/*
 * Members of struct sk_buff that share their place with others. TCP keeps what is not acknowledged, or came too early, in a tree whose
 * nodes are in the place of skb->dev; until 5.10 has sent a packet it keeps the room behind its bytes in the place of skb->mark.
 */

interface Shown {
  readonly function: string;
  readonly ifname: string | null;
  readonly ifindex: number | null;
  readonly netns: number | null;
  readonly mark: number;
}

const DEVICES = ['lo', 'veth'];
/** What TCP does with packets in its queues, and what they pass on their way. */
const FUNCTIONS =
  '^(_*tcp_|skb_(clone|release|rbtree)|__kfree_skb|kfree_skb|_*ip_queue_xmit|ip_output|ip_rcv|veth_xmit|__skb_)';

beforeAll(() => {
  upPath(PAIR);
  run(
    'tc',
    '-n',
    'ipft-a',
    'qdisc',
    'replace',
    'dev',
    'veth',
    'root',
    'netem',
    'loss',
    '8%',
    'delay',
    '30ms',
  );
});
afterAll(() => downPath(PAIR));
afterEach(cleanUp);

describe('TCP that loses packets', () => {
  it('fields of the device are those of a device, or there is none', async () => {
    const args = ['-m', '0', '--mask', '0', '-b', AUTO, '-r', FUNCTIONS];
    const running = await trace([
      ...args,
      '-f',
      'ifname,ifindex,netns,mark',
      '-o',
      'json',
      '--perf-page-count',
      '4096',
    ]);
    await transfer(5201, 400_000);
    const { stdout } = await running.end();
    const events = parseJson(stdout) as unknown as Shown[];
    const names = new Set(events.map(({ ifname }) => ifname));
    console.log(`${events.length} events, devices ${[...names].join(', ')}`);
    expect([...names].filter((name) => name !== null && !DEVICES.includes(name))).toEqual([]);
    expect(names).toContain(null);
    expect(events.filter(({ ifname, ifindex }) => (ifname === null) !== (ifindex === null))).toEqual([]);
    expect(events.filter(({ ifindex }) => ifindex === 0)).toEqual([]);
  });

  it("a condition on the device holds neither way where there is none, '!' before it or not", async () => {
    const where = '!(skb->dev->name == "nosuch0")';
    const names = '^(__tcp_retransmit_skb|tcp_try_coalesce|veth_xmit|ip_rcv)$';
    const running = await trace([
      '--where',
      where,
      '-b',
      AUTO,
      '-r',
      names,
      '-f',
      'ifname,skb->dev',
      '-o',
      'json',
    ]);
    await transfer(5202, 400_000);
    const { stdout } = await running.end();
    type Event = Shown & { packet: number; 'skb->dev': string };
    const first = new Map<number, Event>();
    for (const event of parseJson(stdout) as unknown as Event[])
      if (!first.has(event.packet)) first.set(event.packet, event);
    expect(first.size).toBeGreaterThan(5);
    // A null pointer is no device, and so not nosuch0; anything else that is no device is neither that nor not that.
    const wrong = [...first.values()].filter((event) => event.ifname === null && event['skb->dev'] !== '0x0');
    expect(wrong.map(({ function: name }) => name)).toEqual([]);
  });
});

it("-m takes no packet by what 5.10 keeps in the mark's place", async () => {
  const running = await trace([
    '-m',
    '0x100',
    '--mask',
    '0x100',
    '-b',
    AUTO,
    '-r',
    '^(_*tcp_|_*ip_|_*icmp_|_*dev_|_*netif_|_*skb_|_*k?free|consume)',
    '-f',
    'mark,tuple',
    '-o',
    'json',
  ]);
  const UNMARKED = `
import socket
server = socket.create_server(("127.0.0.1", 7301))
client = socket.create_connection(("127.0.0.1", 7301))
served, _ = server.accept()
for _ in range(5):
  client.sendall(bytes(300))
  served.recv(1000)
`;
  run('python3', '-c', UNMARKED);
  await ping(0x100);
  const { stdout } = await running.end();
  const shown = parseJson(stdout) as unknown as (Shown & { tuple: { protocol: string } | null })[];
  expect(shown.filter(({ tuple }) => tuple !== null && tuple.protocol !== 'icmp')).toEqual([]);
  expect(shown.filter(({ mark }) => (mark & 0x100) === 0)).toEqual([]);
  expect(shown.length).toBeGreaterThan(5);
});
