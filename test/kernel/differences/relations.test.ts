// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trace } from '../../support/ipft/in-process.js';
import { relativesOf, type Traced } from '../../support/ipft/relatives.js';
import { MARK } from '../../support/ipft/running.js';
import { AUTO, BACKENDS, cleanUp } from '../../support/kernel/kernel.js';
import { pause } from '../../support/kernel/system.js';
import { downPath, transfer, upPath } from '../../support/traffic/path.js';
import { inNamespace, losing, SEGMENTS, tapped } from '../../support/traffic/segments.js';
import { IS_WHOLE, WHOLE_ONLY } from '../../support/whole.js';
import { grouped } from '../../support/witnesses/pairing.js';
import { freesIn, TIE_PROBES, tiesIn, type Tie } from '../../support/witnesses/relation-run.js';
import { traceEvents } from '../../support/witnesses/trace-events.js';

/** What is sent while the trace runs, and the relations that it must have. */
type Scenario = readonly [required: readonly string[], send: () => Promise<void> | void];

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a TCP transfer that a router segments and a tap copies': [
    ['clone', 'segment', 'coalesced'],
    () => tapped(() => transfer(5001, 60_000, SEGMENTS)),
  ],
  'a TCP transfer with losses': [
    ['clone', 'segment', 'retransmission'],
    () => losing(5, () => transfer(5002, 60_000, SEGMENTS)),
  ],
  'datagrams that are fragmented by their sender and by a router, and duplicated': [
    ['fragment', 'clone', 'reassembled'],
    () => {
      inNamespace('a', `ping -q -c 2 -i 0.3 -s 4000 -m ${Number(MARK)} 10.0.0.10`);
      inNamespace('a', 'ip link set veth mtu 9000');
      inNamespace('router', 'ip link set left mtu 9000');
      inNamespace('router', 'tc qdisc add dev right root netem duplicate 100%');
      try {
        inNamespace('a', `ping -q -c 2 -i 0.3 -M dont -s 4000 -m ${Number(MARK)} 10.0.0.10`);
      } finally {
        inNamespace('router', 'tc qdisc del dev right root');
        inNamespace('a', 'ip link set veth mtu 1500');
        inNamespace('router', 'ip link set left mtu 1500');
      }
    },
  ],
};

/** Few functions, among them the first ones and the last ones of lives: more would only take more time. */
const FUNCTIONS =
  '^(__ip_local_out|ip_output|ip_forward|ip_do_fragment|__dev_queue_xmit|__netif_receive_skb|ip_rcv|tcp_v4_rcv|icmp_rcv|consume_skb|kfree_skb.*|__kfree_skb|skb_release_data|kfree_skbmem|napi_skb_cache_put)$';

/** ns by which the kernel's probe and ipft's program of the same call may be apart in an emulated guest. */
const APART = 20_000_000;

const near = (one: number, other: number): boolean => Math.abs(one - other) <= APART;

/** What both call the same: ipft tells retransmissions from clones. */
const kindOf = (relation: string): string => (relation === 'retransmission' ? 'clone' : relation);

/** Times from its first event, or the relation by which it became known, to its last, by packet. */
function livesIn({ rows, relations }: Traced): Map<number, { skb: string; from: number; to: number }> {
  const lives = new Map<number, { skb: string; from: number; to: number }>();
  for (const { packet, packet_id: skb, timestamp } of [...relations, ...rows]) {
    const known = lives.get(packet);
    if (known === undefined) lives.set(packet, { skb, from: timestamp, to: timestamp });
    else lives.set(packet, { skb, from: Math.min(known.from, timestamp), to: Math.max(known.to, timestamp) });
  }
  return lives;
}

/** Relations that no call of the kernel's has made. */
function invented({ relations }: Traced, ties: readonly Tie[]): string[] {
  const left = new Set(ties);
  const wrong: string[] = [];
  const byNumber = new Map(relations.map(({ packet, packet_id: skb }) => [packet, skb]));
  for (const each of relations) {
    const skb = byNumber.get(each.parent);
    const found = [...left].find(
      ({ relation, child, parent, timestamp }) =>
        relation === kindOf(each.relation) &&
        child === each.packet_id &&
        (skb === undefined || parent === skb) &&
        // TCP's clone is known to be one once it matches.
        (near(timestamp, each.timestamp) || (relation === 'clone' && timestamp <= each.timestamp)),
    );
    if (found === undefined) wrong.push(JSON.stringify(each));
    else left.delete(found);
  }
  return wrong;
}

/** Calls of the kernel's with a packet that was followed, of which ipft has no relation. */
function missing(traced: Traced, ties: readonly Tie[], frees: ReadonlyMap<string, number[]>): string[] {
  const lives = [...livesIn(traced).values()];
  const told = [...traced.relations];
  return ties
    .filter(({ parent, timestamp }) =>
      lives.some(({ skb, from, to }) => {
        if (skb !== parent || timestamp <= from + APART / 100 || timestamp >= to) return false;
        return !(frees.get(skb) ?? []).some((free) => free > from && free < timestamp);
      }),
    )
    .filter(({ relation, child, timestamp }) => {
      const at = told.findIndex(
        (each) =>
          kindOf(each.relation) === relation && each.packet_id === child && near(each.timestamp, timestamp),
      );
      if (at >= 0) told.splice(at, 1);
      return at < 0;
    })
    .map((tie) => JSON.stringify(tie));
}

/** How often a trace is made again that the kernel's own probes have not seen as a whole. */
const WITNESS_ATTEMPTS = 3;

/** Relations that are known only when a function returns. */
const MERGES = ['gro', 'coalesced', 'shifted'];

/** Traces what `send` sends, and compares the relations with those of the kernel's own probes. */
async function compared(
  args: readonly string[],
  [required, send]: Scenario,
  unseen: readonly string[] = [],
): Promise<string> {
  const witnessed = () =>
    traceEvents(TIE_PROBES, async () => {
      const running = await trace([...args, '--follow', 'all', '-o', 'json', '-r', FUNCTIONS]);
      await send();
      await pause(500); // what is received
      return running.end();
    });
  let { events, missed, result } = await witnessed();
  // The kernel skips its own probes, too, where an interrupt comes while one is at work: there is nothing to compare with.
  for (let again = 0; missed > 0 && again < WITNESS_ATTEMPTS; again++)
    ({ events, missed, result } = await witnessed());
  expect({ missed, code: result.code }).toEqual({ missed: 0, code: 0 });
  const traced = relativesOf(result.stdout);
  const { matched, delivered, lost, relations, lost_relations: gone, unfollowed } = traced.summary;
  expect({ matched, lost, gone, unfollowed }).toEqual({
    matched: delivered,
    lost: 0,
    gone: 0,
    unfollowed: 0,
  });
  expect(relations).toBe(traced.relations.length);
  const ties = tiesIn(events).filter(({ relation }) => !unseen.includes(relation));
  const kinds = new Set(traced.relations.map(({ relation }) => relation));
  expect(invented(traced, ties)).toEqual([]);
  // An interrupt may come while another program is at work: the kernel then skips ipft's, and counts that.
  const { causes, missed_ends: hidden } = traced.summary;
  const absent = missing(traced, ties, freesIn(events));
  const skipped = causes.recursion + hidden;
  expect(absent.length <= skipped ? [] : absent).toEqual([]);
  expect([...kinds]).toEqual(
    expect.arrayContaining(required.filter((relation) => !unseen.includes(relation))),
  );
  return result.stderr;
}

beforeAll(() => upPath(SEGMENTS));
afterAll(() => downPath(SEGMENTS));
afterEach(cleanUp);

describe('relations between packets', () => {
  it.each(Object.entries(SCENARIOS))('are those of the kernel’s own probes: %s', async (_, scenario) => {
    await compared(['-m', MARK], scenario);
  });

  it('are the same with a filter that reads bytes instead of a mark', async () => {
    await compared(
      ['--filter', 'tcp dst port 5003'],
      [['clone', 'segment', 'coalesced'], () => transfer(5003, 30_000, SEGMENTS)],
    );
  });

  const others = BACKENDS.filter((backend) => backend !== AUTO);
  it.skipIf(!IS_WHOLE).each(others)(`are the same: -b %s${WHOLE_ONLY}`, async (backend) => {
    const unseen = backend === 'fentry' ? MERGES : [];
    const stderr = await compared(
      ['-m', MARK, '-b', backend],
      [['clone', 'segment', 'coalesced'], () => transfer(5004, 30_000, SEGMENTS)],
      unseen,
    );
    const warning = /warning: relatives are not followed where only .*skb_try_coalesce.* would show them/;
    if (backend === 'fentry') expect(stderr).toMatch(warning);
    else expect(stderr).not.toMatch(/warning: relatives/);
  });

  it('are of whole families with --sample', async () => {
    const sampled = ['-m', MARK, '--sample', '1/2', '--follow', 'segments,clones', '-o', 'json'];
    const running = await trace([...sampled, '-r', FUNCTIONS]);
    await transfer(5005, 100_000, SEGMENTS);
    await pause(500);
    const { stdout } = await running.end();
    const { relations, rows } = relativesOf(stdout);
    const segments = grouped(
      relations.filter(({ relation }) => relation === 'segment'),
      ({ parent }) => parent,
    );
    expect(segments.size).toBeGreaterThan(0);
    for (const parts of segments.values())
      expect(parts.map(({ part }) => part)).toEqual(parts.map((_, position) => position + 1));
    for (const parts of segments.values()) expect(parts.length).toBe(parts[0]?.of);
    const shown = new Set(rows.map(({ packet }) => packet));
    // TCP may cut and shift what it keeps, where segments come in another order: that has no events.
    const kept = ['split', 'shifted'];
    const sent = relations.filter(({ relation }) => !kept.includes(relation));
    expect(sent.map(({ packet }) => packet).filter((packet) => !shown.has(packet))).toEqual([]);
    expect(rows.filter(({ parent }) => parent === null)).toEqual([]);
  });
});
