import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../support/ipft/results.js';
import { trace } from '../../support/ipft/in-process.js';
import { AUTO, cleanUp } from '../../support/kernel/kernel.js';
import { run } from '../../support/kernel/system.js';
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

  it("is no packet of a device that none of them is at, nor of any other one by '!'", async () => {
    const where = '!(skb->dev->name == "lo") && skb->dev->ifindex != 1 && !(skb->dev->ifindex < 2)';
    const args = [
      '--where',
      where,
      '-b',
      AUTO,
      '-r',
      '^(__tcp_retransmit_skb|tcp_rtx_synack|tcp_try_coalesce)$',
    ];
    const running = await trace([...args, '-f', 'ifname,ifindex,netns,mark', '-o', 'json']);
    await transfer(5202, 200_000);
    const { stdout } = await running.end();
    const events = parseJson(stdout) as unknown as Shown[];
    expect(events.filter(({ ifname }) => ifname !== null && !DEVICES.includes(ifname))).toEqual([]);
  });
});

it("-m takes no packet by what 5.10 keeps in the mark's place", async () => {
  const running = await trace(['-m', '0x100', '--mask', '0x100', '-b', AUTO, '-f', 'mark', '-o', 'json']);
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
  const { stdout } = await running.end();
  expect(parseJson(stdout).map(({ function: name }) => name)).toEqual([]);
});
