// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../support/ipft/results.js';
import { trace } from '../../support/ipft/in-process.js';
import { AUTO, cleanUp } from '../../support/kernel/kernel.js';
import { run } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';
import { downPath, PAIR, transfer, upPath } from '../../support/traffic/path.js';

/*
 * Members of struct sk_buff that are in a union with others. TCP keeps packets that are not acknowledged, or out of order, in a tree
 * whose nodes are in a union with skb->dev. Until Linux 5.10 has sent a packet, skb->mark is in a union with reserved_tailroom.
 */

interface Shown {
  readonly function: string;
  readonly ifname: string | null;
  readonly ifindex: number | null;
  readonly netns: number | null;
  readonly mark: number;
  readonly ip_summed: string;
  readonly csum: number | null;
  readonly transport_header: number;
  readonly 'skb->csum_start': number | null;
  readonly 'skb->csum_offset': number | null;
}

/** The offset of the checksum in the TCP header. */
const CHECKSUM_AT = 16;

const DEVICES = ['lo', 'veth'];
/** Functions of TCP for packets in its queues, and functions that packets pass when they are sent and received. */
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
  let events: readonly Shown[];
  beforeAll(async () => {
    const sums = 'ip_summed,csum,transport_header,skb->csum_start,skb->csum_offset';
    const running = await trace([
      ...['--mask', '0', '-b', AUTO, '-r', FUNCTIONS, '-f', `ifname,ifindex,netns,mark,${sums}`],
      ...['-o', 'json', '--perf-page-count', '4096'],
    ]);
    await transfer(5201, 400_000);
    events = parseJson((await running.end()).stdout) as unknown as Shown[];
  });

  it('an event has either a checksum or csum_start and csum_offset, never both', () => {
    const partial = events.filter((event) => event.ip_summed === 'partial');
    const others = events.filter((event) => event.ip_summed !== 'partial');
    expect(Math.min(partial.length, others.length)).toBeGreaterThan(10);
    expect(partial.filter(({ csum }) => csum !== null)).toEqual([]);
    expect(others.filter(({ csum }) => csum === null)).toEqual([]);
    const placed = others.filter(
      (event) => event['skb->csum_start'] !== null || event['skb->csum_offset'] !== null,
    );
    expect(placed).toEqual([]);
    const sent = partial.filter(({ ifname }) => ifname === 'veth');
    expect(sent.length).toBeGreaterThan(10);
    for (const event of sent)
      expect(event).toMatchObject({
        'skb->csum_start': event.transport_header,
        'skb->csum_offset': CHECKSUM_AT,
      });
  });

  it('fields of the device are those of an existing device, or null', () => {
    const names = new Set(events.map(({ ifname }) => ifname));
    console.log(`${events.length} events, devices ${[...names].join(', ')}`);
    expect([...names].filter((name) => name !== null && !DEVICES.includes(name))).toEqual([]);
    expect(names).toContain(null);
    expect(events.filter(({ ifname, ifindex }) => (ifname === null) !== (ifindex === null))).toEqual([]);
    expect(events.filter(({ ifindex }) => ifindex === 0)).toEqual([]);
  });

  it('a condition on the device is false if there is no device, and so is its negation', async () => {
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
    // With a null pointer the negation is true; with anything else in the union both the condition and its negation are false.
    const wrong = [...first.values()].filter((event) => event.ifname === null && event['skb->dev'] !== '0x0');
    expect(wrong.map(({ function: name }) => name)).toEqual([]);
  });
});

it('-m does not match what Linux 5.10 keeps in a union with the mark', async () => {
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

describe('request and TIME_WAIT sockets, which are not full sockets,', () => {
  /** Of net/tcp_states.h. */
  const STATE = { established: 1, timeWait: 6, newSynRecv: 12 };
  const SERVER = `
import socket, time
with socket.create_server(("10.0.0.10", 7302)) as server:
  served, _ = server.accept()
  while served.recv(1000): pass
  time.sleep(1)  # until the client knows that its end has come
  served.close()
`;
  const CLIENT = `
import socket
while True:
  try: client = socket.create_connection(("10.0.0.10", 7302))
  except ConnectionRefusedError: continue
  client.sendall(bytes(300))
  break
`;
  /** The client's first data reach a request socket, the server's FIN a TIME_WAIT socket. */
  const talk = (): string =>
    run(
      'bash',
      ...['-ec', 'ip netns exec ipft-b python3 -c "$1" & ip netns exec ipft-a python3 -c "$2"; wait'],
      ...['bash', SERVER, CLIENT],
    );
  const AT_SOCKETS = '^(ip_local_deliver|tcp_v4_rcv)$';

  interface AtSocket {
    readonly 'skb->sk->sk_state': number | null;
    readonly 'skb->sk->sk_rcvbuf': number | null;
    readonly cgroup: number | null;
    readonly packet: number;
  }

  it('have no other fields than common ones; conditions on others are false, and so are their negations', async () => {
    const fields = ['-f', 'skb->sk->sk_state,skb->sk->sk_rcvbuf,cgroup', '-r', AT_SOCKETS, '-o', 'json'];
    const isNot = '!(skb->sk->sk_rcvbuf == 1)';
    const [all, told] = await Promise.all([
      trace(['--mask', '0', '-b', AUTO, ...fields]),
      trace(['--where', `skb->sk != 0 && ${isNot}`, '-b', AUTO, ...fields]),
    ]);
    talk();
    const shown = async (running: typeof all): Promise<AtSocket[]> =>
      parseJson((await running.end()).stdout) as unknown as AtSocket[];
    const [events, first] = [await shown(all), await shown(told)];
    const of = (state: number, seen: readonly AtSocket[]): AtSocket[] =>
      seen.filter((event) => event['skb->sk->sk_state'] === state);
    const states = events.map((event) => event['skb->sk->sk_state']);
    console.log(`states of sockets: ${states.join(' ')}`);
    const small = [...of(STATE.timeWait, events), ...of(STATE.newSynRecv, events)];
    expect(of(STATE.timeWait, events).length).toBeGreaterThan(0);
    expect(of(STATE.newSynRecv, events).length).toBeGreaterThan(0);
    for (const event of small) expect(event).toMatchObject({ 'skb->sk->sk_rcvbuf': null, cgroup: null });
    const full = of(STATE.established, events);
    expect(full.length).toBeGreaterThan(0);
    for (const event of full) expect(event['skb->sk->sk_rcvbuf']).toBeGreaterThan(0);
    expect([...of(STATE.timeWait, first), ...of(STATE.newSynRecv, first)]).toEqual([]);
    expect(of(STATE.established, first).length).toBeGreaterThan(0);
  });
});
