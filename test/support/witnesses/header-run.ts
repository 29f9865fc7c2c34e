// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Tuple } from '../../../src/columns/event-types.js';
import { Capture, type CapturedPacket } from './capture.js';
import { trace } from '../ipft/in-process.js';
import { Members } from './members.js';
import { pairsOf, type Pair, type Row } from './pairing.js';
import { shownPacket, type ShownPacket } from './shown-packet.js';
import { now, run } from '../kernel/system.js';
import { traceEvents, type TraceEvent } from './trace-events.js';
import { tracedBy } from '../ipft/traced.js';
import { isFirst, isLast, LAST_BYTES, tunnelTraffic } from '../traffic/tunnel-traffic.js';
import { BY_HEADER_EVENTS, BY_HEADER_PROBES, BY_TCPDUMP } from './witnesses.js';

/** A call that tcpdump has a packet of. */
export interface CapturedRow {
  readonly row: Row;
  readonly shown: ShownPacket;
  /** all that tcpdump says of its headers */
  readonly text: string;
}

/** Where the kernel hands a packet to tcpdump, on older kernels also those of other namespaces. */
const TAP = 'tpacket_rcv';
const EVENTS = ['net_dev_start_xmit', 'netif_rx_entry', 'napi_gro_receive_entry'];
/** The namespace that tcpdump looks at. */
const HERE = 'ipft-a';

/** Of the skb: its address, members of it, and its device's network namespace. */
function tapProbe(): string {
  const members = new Members();
  const fetched = { head: 'x64', data: 'x64', csum: 'u32', ip_summed: '' };
  return [
    `p:witness/${TAP} ${TAP} skb=$arg1:x64`,
    ...Object.entries(fetched).map(
      ([name, type]) => `${name}=${members.fetch('sk_buff', name, '$arg1', type)}`,
    ),
    `netns=${members.netns('$arg1')}`,
  ].join(' ');
}

const inodeOf = (namespace: string): string =>
  /\d+/.exec(run('ip', 'netns', 'exec', namespace, 'readlink', '/proc/self/ns/net'))?.[0] ?? '';

/** From the first datagram of the traffic to the last one, by their tuples. */
function between<T>(packets: readonly T[], tupleOf: (packet: T) => Tuple | null): T[] {
  const [first, last] = [isFirst, isLast].map((is) =>
    packets.findIndex((packet) => is(tupleOf(packet) ?? {})),
  );
  if (first === -1 || last === -1) throw new Error(`the first packet is ${first}, the last ${last}`);
  return packets.slice(first, last);
}

/** What both tell of the same calls: those of a function have the same order on each CPU. */
const paired = (rows: readonly Row[], events: readonly TraceEvent[]): Pair[] =>
  pairsOf(rows, events, [
    (row) => `${row.function.replace('tp:', '')} ${row.processor_id}`,
    ({ name, cpu }) => `${name} ${cpu}`,
  ]);

interface Observed {
  /** at TAP, of all packets that tcpdump had, and of no other namespace */
  readonly taps: readonly Row[];
  /** at EVENTS, of all packets */
  readonly points: readonly Row[];
  readonly packets: CapturedPacket[];
  /** from before the traffic to behind it, ns */
  readonly time: readonly [bigint, bigint];
  /** calls that ipft has missed */
  readonly missed: number;
}

/** The traffic, and its packets as tcpdump has them. */
async function captured(capture: Capture): Promise<[CapturedPacket[], Observed['time']]> {
  const from = now();
  await tunnelTraffic();
  const to = now();
  await capture.has(LAST_BYTES);
  return [await capture.end(), [from, to]];
}

async function observe(inode: string): Promise<Observed> {
  const inside = `skb->dev->nd_net.net->ns.inum == ${inode}`;
  const [atTap, atPoints] = await Promise.all([
    trace([
      ...['--where', inside, '-r', `^${TAP}$`, '-o', 'json'],
      ...['-f', [...BY_TCPDUMP, ...BY_HEADER_PROBES].join()],
    ]),
    trace([
      ...['-m', '0', '--mask', '0', '-b', 'tracepoint', '-r', `^tp:(${EVENTS.join('|')})$`, '-o', 'json'],
      ...['-f', ['ifname', 'len', ...BY_HEADER_EVENTS].join()],
    ]),
  ]);
  const capture = await Capture.start(HERE);
  const [packets, time] = await captured(capture).finally(() => capture.close());
  const [taps, points] = [await tracedBy(atTap), await tracedBy(atPoints)];
  return { taps: taps.rows, points: points.rows, packets, time, missed: taps.missed + points.missed };
}

/** How many packets of one CPU may overtake one of another between TAP's first instruction and tcpdump's buffer. */
const OVERTAKING = 3;

/** `rows`, which are in the order of the calls of TAP, in the order of tcpdump's buffer, which may differ between CPUs only. */
function inOrderOf(shown: readonly { readonly shown: ShownPacket }[], rows: readonly Row[]): Row[] {
  const ordered = [...rows];
  for (const [i, { shown: packet }] of shown.entries()) {
    const isOf = (row: Row): boolean => isDeepStrictEqual(row['tuple'], packet.tuple);
    const due = ordered[i];
    if (due === undefined || isOf(due)) continue;
    const overtaking = ordered.slice(i + 1, i + 1 + OVERTAKING);
    const next = overtaking.findIndex((row) => row.processor_id !== due.processor_id && isOf(row));
    if (next !== -1) ordered.splice(i, 0, ...ordered.splice(i + 1 + next, 1));
  }
  return ordered;
}

/** What tcpdump and ipft have of the same packets. */
function pairedPackets({ taps, packets }: Observed): CapturedRow[] {
  const all = packets.map((packet) => ({ text: packet.headers, shown: shownPacket(packet) }));
  const shown = between(all, (packet) => packet.shown.tuple);
  const called = between(taps, (row) => row['tuple'] as Tuple | null);
  expect(called.length).toBe(shown.length);
  const rows = inOrderOf(shown, called);
  return shown.flatMap((packet, i) => rows.slice(i, i + 1).map((row) => ({ ...packet, row })));
}

export interface HeaderRun {
  /** at TAP, with what tcpdump was handed there */
  readonly captured: CapturedRow[];
  /** at TAP, with the kprobe events of the same calls */
  readonly probed: Pair[];
  /** at EVENTS, with the trace events of the same calls */
  readonly traced: Pair[];
}

/** How often is tried until no interrupt kept ipft or the kernel's trace from a call, by their own counters. */
const TRIALS = 3;

/**
 * Sends packets of all kinds through lab/net/tunnels, while ipft, tcpdump and the kernel's trace look at them, until all of them
 * have seen the same calls.
 */
export async function runHeaders(trials = TRIALS): Promise<HeaderRun> {
  const inode = inodeOf(HERE);
  const definitions = [tapProbe(), ...EVENTS.map((name) => `net/${name}`)];
  const { events, missed, result } = await traceEvents(definitions, () => observe(inode));
  if (missed + result.missed > 0 && trials > 1) return runHeaders(trials - 1);
  const [from, to] = result.time;
  const inTime = ({ timestamp }: { timestamp: number | bigint }): boolean =>
    timestamp >= from && timestamp <= to;
  const during = events.filter(inTime);
  const atTap = during.filter(({ name, values }) => name === TAP && values['netns'] === inode);
  return {
    captured: pairedPackets(result),
    probed: paired(result.taps.filter(inTime), atTap),
    traced: paired(
      result.points.filter(inTime),
      during.filter(({ name }) => name !== TAP),
    ),
  };
}
