// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { HOME } from '../../support/home.js';
import { trace } from '../../support/ipft/in-process.js';
import { relativesOf, type Relation, type Row } from '../../support/ipft/relatives.js';
import { MARK } from '../../support/ipft/running.js';
import { AUTO, BACKENDS, cleanUp, WITH_RETURNS } from '../../support/kernel/kernel.js';
import { pause, run } from '../../support/kernel/system.js';
import { inNamespace } from '../../support/traffic/segments.js';
import { IS_WHOLE } from '../../support/whole.js';
import { grouped } from '../../support/witnesses/pairing.js';

const TOPOLOGY = join(HOME, 'lab/net/crossings');

/** The namespace of the skb's device, as generated code reads it at each event. */
const OF_DEVICE = 'skb->dev->nd_net.net->ns.inum';

/** No function that ends lives: these tell of no crossing. */
const FUNCTIONS =
  '^(ip_output|ip_finish_output2|__dev_queue_xmit|dev_hard_start_xmit|veth_xmit|skb_scrub_packet|eth_type_trans|netif_rx_internal|enqueue_to_backlog|__netif_receive_skb(_one_core)?|br_handle_frame|br_forward|ip_rcv|ip_rcv_core|ip_forward|ip_local_deliver|icmp_rcv)$';

/** Who sends to whom, with which arguments of ping; the namespaces that the packet comes into, and what its mark is at the end. */
type Way = readonly [from: string, to: string, through: readonly string[], mark?: number];

const WAYS: Readonly<Record<string, Way>> = {
  veth: ['a', '10.1.0.2', ['b']],
  'veth within a namespace': ['a', '10.3.0.2', [], Number(MARK)],
  'a bridge': ['a', '10.2.0.2', ['switch', 'b']],
  'ipvlan l2, outward': ['c', '10.1.0.2', ['a', 'b']],
  'ipvlan l2, inward': ['b', '10.1.0.3', ['a', 'c']],
  'ipvlan l2, inward from the same namespace': ['a', '-I veth 10.1.0.3', [], Number(MARK)],
  'ipvlan l3, outward': ['c', '10.4.0.2', ['a', 'b']],
  'ipvlan l3, inward': ['b', '10.4.0.3', ['a', 'c']],
  'macvlan, outward': ['c', '10.2.0.2', ['a', 'switch', 'b']],
  'macvlan, inward': ['b', '10.2.0.3', ['switch', 'a', 'c']],
};

type Call = Row & {
  readonly is_return: boolean;
  readonly len: number;
  readonly mark: number;
  readonly [OF_DEVICE]: number | null;
  readonly entered_netns?: number;
  readonly entered_netns_name?: string | null;
  readonly mark_lost?: true;
};

/** Where a packet was, and whether it had the mark, before its first event. */
interface Before {
  readonly netns: number | null;
  readonly marked: boolean;
}

/** What an event should tell, by what the fields of all events say. */
function expected(
  calls: readonly Call[],
  { netns, marked }: Before,
): { entered: number | undefined; lost: true | undefined }[] {
  let [place, has] = [netns, marked];
  return calls.map((call) => {
    const now = call[OF_DEVICE];
    const entered = now !== null && place !== null && now !== place ? now : undefined;
    const isMarked = call.mark === Number(MARK);
    const lost = has && !isMarked ? (true as const) : undefined;
    [place, has] = [now ?? place, isMarked];
    return { entered, lost };
  });
}

/** A packet begins where its parent was when it was made. */
function before(relation: Relation | undefined, byPacket: ReadonlyMap<number, readonly Call[]>): Before {
  const calls = relation === undefined ? [] : (byPacket.get(relation.parent) ?? []);
  const earlier = calls.filter(({ timestamp }) => timestamp < (relation?.timestamp ?? 0));
  return {
    netns: earlier.map((call) => call[OF_DEVICE]).findLast((inode) => inode !== null) ?? null,
    marked: earlier.at(-1)?.mark === Number(MARK),
  };
}

beforeAll(() => {
  run(TOPOLOGY, 'up');
  // Addresses are resolved before the trace.
  for (const [from, to] of Object.values(WAYS)) inNamespace(from, `sh -c "ping -q -c 1 -W 1 ${to} || true"`);
});
afterAll(() => run(TOPOLOGY, 'down'));
afterEach(cleanUp);

const TRACERS = [
  ...BACKENDS.map((backend) => [backend, 'function']),
  ...WITH_RETURNS.map((backend) => [backend, 'function_graph']),
];

/** For make test. */
const ENOUGH = TRACERS.filter(([backend, tracer]) => backend === AUTO && tracer === 'function');

it.each(IS_WHOLE ? TRACERS : ENOUGH)(
  'a crossing is told where the namespace of skb->dev changes, a lost mark where it is lost: -b %s -t %s',
  async (backend = '', tracer = '') => {
    const fields = `len,mark,${OF_DEVICE}`;
    const args = ['-m', MARK, '-b', backend, '-t', tracer, '--follow', 'all', '-o', 'json', '-f', fields];
    const running = await trace([...args, '-r', FUNCTIONS]);
    const names = Object.keys(WAYS);
    for (const [position, [from, to]] of Object.values(WAYS).entries())
      inNamespace(from, `sh -c "ping -q -c 1 -W 1 -m ${Number(MARK)} -s ${100 + position} ${to} || true"`);
    await pause(500);
    const { code, stdout, stderr } = await running.end();
    expect(code, stderr).toBe(0);
    const { rows: all, relations, summary } = relativesOf<Call>(stdout);
    const rows = all.filter(({ is_return: isReturn }) => !isReturn);
    const told = rows.filter(
      ({ entered_netns: entered, mark_lost: lost }) => (entered ?? lost) !== undefined,
    );
    expect(summary.moves).toBeGreaterThanOrEqual(told.length);
    expect(summary).toMatchObject({ lost: 0, lost_moves: 0 });

    const byPacket = grouped(rows, ({ packet }) => packet);
    const made = new Map(relations.map((relation) => [relation.packet, relation]));
    for (const [packet, calls] of byPacket) {
      const saw = calls.map(({ entered_netns: entered, mark_lost: lost }) => ({ entered, lost }));
      expect(saw, JSON.stringify(calls)).toEqual(expected(calls, before(made.get(packet), byPacket)));
    }

    // Each way, by the size of its packet.
    const ways = names.map((name, position) => {
      const packets = [...byPacket.values()].filter((calls) =>
        calls.some(
          ({ function: at, len }) => at === 'ip_output' && len >= 128 + position && len < 129 + position,
        ),
      );
      const [calls = []] = packets;
      const through = calls.flatMap(({ entered_netns: entered, entered_netns_name: entering }) =>
        entered === undefined ? [] : [entering],
      );
      return [name, through.join(' '), calls.at(-1)?.mark];
    });
    expect(ways).toEqual(
      Object.entries(WAYS).map(([name, [, , through, mark = 0]]) => [
        name,
        through.map((each) => `ipft-${each}`).join(' '),
        mark,
      ]),
    );
    for (const { entered_netns: entered, entered_netns_name: name } of told)
      if (entered !== undefined) expect(entered).toBe(statSync(`/run/netns/${name}`).ino);
  },
);

it('a crossing is told, by the socket, of a packet that had no device at the calls before', async () => {
  const running = await trace([
    ...['-m', MARK, '--follow', 'all', '-o', 'json', '-f', OF_DEVICE, '-r', '^(ip_output|ip_rcv)$'],
  ]);
  inNamespace('a', `ping -q -c 1 -W 1 -m ${Number(MARK)} 10.1.0.2`);
  inNamespace('a', `sh -c "ping -q -c 1 -W 1 -m ${Number(MARK)} 10.3.0.2 || true"`); // within the namespace
  await pause(300);
  const { rows } = relativesOf<Call>((await running.end()).stdout);
  const b = statSync('/run/netns/ipft-b').ino;
  expect(rows.map((row) => [row.function, row[OF_DEVICE] === null, row.entered_netns])).toEqual([
    ['ip_output', true, undefined],
    ['ip_rcv', false, b],
    ['ip_output', true, undefined],
    ['ip_rcv', false, undefined],
  ]);
});
