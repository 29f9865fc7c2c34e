// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect } from 'vitest';
import { trace } from '../ipft/in-process.js';
import { relativesOf, type Traced } from '../ipft/relatives.js';
import { pause } from '../kernel/system.js';
import { freesIn, TIE_PROBES, tiesIn, type Tie } from './relation-run.js';
import { traceEvents } from './trace-events.js';

/** What is sent while the trace runs, and the relations that it must have. */
export type Scenario = readonly [required: readonly string[], send: () => Promise<void> | void];

/** Few functions, among them the first ones and the last ones of lives: more would only take more time. */
export const FUNCTIONS =
  '^(__ip_local_out|ip6?_output|ip_forward|ip_do_fragment|__dev_queue_xmit|__netif_receive_skb|ip_rcv|tcp_v4_rcv|icmp_rcv|consume_skb|kfree_skb.*|__kfree_skb|skb_release_data|kfree_skbmem|napi_skb_cache_put)$';

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

/** Traces what `send` sends, and compares the relations with those of the kernel's own probes. */
export async function compared(
  args: readonly string[],
  [required, send]: Scenario,
  unseen: readonly string[] = [],
  probes: readonly string[] = TIE_PROBES,
): Promise<{ stderr: string; traced: Traced }> {
  const witnessed = () =>
    traceEvents(probes, async () => {
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
  return { stderr: result.stderr, traced };
}
