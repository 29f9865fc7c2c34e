import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture, type CapturedPacket } from './support/capture.js';
import { trace, type Ipft } from './support/ipft.js';
import { cleanUp } from './support/kernel.js';
import { Members } from './support/members.js';
import { parseJson, type Event } from './support/results.js';
import { shownPacket, type ShownPacket, type Tuple } from './support/shown-packet.js';
import { now, run } from './support/system.js';
import { traceEvents, type TraceEvent } from './support/trace-events.js';
import { isFirst, isLast, LAST_BYTES, TUNNELS, tunnelTraffic } from './support/tunnel-traffic.js';
import { BY_HEADER_EVENTS, BY_HEADER_PROBES, BY_TCPDUMP } from './support/witnesses.js';

type Row = Event & Readonly<Record<string, unknown>>;
interface CapturedRow {
  readonly row: Row;
  readonly shown: ShownPacket;
  /** all that tcpdump says of its headers */
  readonly text: string;
}
interface TracedRow {
  readonly row: Row;
  readonly event: TraceEvent;
}

/** Where the kernel hands a packet to tcpdump, on older kernels also those of other namespaces. */
const TAP = 'tpacket_rcv';
const EVENTS = ['net_dev_start_xmit', 'netif_rx_entry', 'napi_gro_receive_entry'];
/** The namespace that tcpdump looks at. */
const HERE = 'ipft-a';

/** What a trace has, when it has ended. */
async function rowsOf(running: Ipft): Promise<Row[]> {
  const { code, stdout } = await running.end();
  expect(code).toBe(0);
  return parseJson(stdout) as Row[];
}

/** Of the skb: its address, members of it, and its device's network namespace. */
function tapProbe(): string {
  const members = new Members();
  const at = (struct: string, name: string): number => members.of(struct, name).offset;
  const net = `+${at('net_device', 'nd_net')}(+${at('sk_buff', 'dev')}($arg1))`;
  const fetched = { head: 'x64', data: 'x64', csum: 'u32' };
  return [
    `p:witness/${TAP} ${TAP} skb=$arg1:x64`,
    ...Object.entries(fetched).map(
      ([name, type]) => `${name}=${members.fetch('sk_buff', name, '$arg1', type)}`,
    ),
    `netns=+${at('net', 'ns') + at('ns_common', 'inum')}(${net}):u32`,
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

/** Pairs what both tell of the same calls: those of a function have the same order on each CPU. */
function paired(rows: readonly Row[], events: readonly TraceEvent[]): TracedRow[] {
  const byCall = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  const callOf = (row: Row): string => `${row.function.replace('tp:', '')} ${row.processor_id}`;
  const ours = rows.toSorted((left, right) => byCall(callOf(left), callOf(right)));
  const theirs = events.toSorted((left, right) =>
    byCall(`${left.name} ${left.cpu}`, `${right.name} ${right.cpu}`),
  );
  expect(ours.map(callOf)).toEqual(theirs.map(({ name, cpu }) => `${name} ${cpu}`));
  return ours.flatMap((row, i) => theirs.slice(i, i + 1).map((event) => ({ row, event })));
}

let captured: CapturedRow[];
let probed: TracedRow[];
let traced: TracedRow[];

beforeAll(async () => {
  run(TUNNELS, 'up');
  const inode = inodeOf(HERE);
  let taps: Row[] = [];
  let points: Row[] = [];
  let packets: CapturedPacket[] = [];
  let [from, to] = [0n, 0n];
  const events = await traceEvents([tapProbe(), ...EVENTS.map((name) => `net/${name}`)], async () => {
    const [atTap, atPoints] = await Promise.all([
      trace([
        ...['--where', `skb->dev->nd_net.net->ns.inum == ${inode}`, '-o', 'json', '-r', `^${TAP}$`],
        ...['-f', [...BY_TCPDUMP, ...BY_HEADER_PROBES].join()],
      ]),
      trace([
        ...['-m', '0', '--mask', '0', '-o', 'json', '-b', 'tracepoint', '-r', `^tp:(${EVENTS.join('|')})$`],
        ...['-f', ['ifname', 'len', ...BY_HEADER_EVENTS].join()],
      ]),
    ]);
    const capture = await Capture.start(HERE);
    from = now();
    await tunnelTraffic();
    to = now();
    await capture.has(LAST_BYTES);
    packets = await capture.end();
    [taps, points] = [await rowsOf(atTap), await rowsOf(atPoints)];
  });
  const inTime = ({ timestamp }: { timestamp: number | bigint }): boolean =>
    timestamp >= from && timestamp <= to;
  const isProbe = ({ name }: TraceEvent): boolean => name === TAP;
  probed = paired(
    taps.filter(inTime),
    events.filter((event) => inTime(event) && isProbe(event) && event.values['netns'] === inode),
  );
  traced = paired(
    points.filter(inTime),
    events.filter((event) => inTime(event) && !isProbe(event)),
  );
  const shown = between(
    packets.map((packet) => ({ text: packet.headers, shown: shownPacket(packet) })),
    (packet) => packet.shown.tuple,
  );
  const rows = between(taps, (row) => row['tuple'] as Tuple | null);
  expect(rows.length).toBe(shown.length);
  captured = shown.flatMap((packet, i) => rows.slice(i, i + 1).map((row) => ({ ...packet, row })));
});

afterAll(async () => {
  run(TUNNELS, 'down');
  await cleanUp();
});

const kindOf = (tuple: Tuple | null): string =>
  tuple === null
    ? 'none'
    : [
        tuple.saddr.includes(':') ? 'IPv6' : 'IPv4',
        tuple.protocol,
        tuple.tcp_flags ?? tuple.icmp_type ?? (tuple.fragment_offset === undefined ? '' : 'fragment'),
      ]
        .join(' ')
        .trimEnd();

/** Tunnels by tcpdump's words. */
const TUNNEL_WORDS: readonly (readonly [string, RegExp])[] = [
  ['IPv4 in IPv4', /proto IPIP \(4\)/],
  ['IPv6 in IPv4', /proto IPv6 \(41\)/],
  ['IPv4 in IPv6, behind an option', /DSTOPT \(.*\) IP \(/],
  ['IPv6 in IPv6, behind an option', /DSTOPT \(.*\) IP6 \(/],
  ['GRE with a key', /GREv0, Flags \[key present\]/],
  ['GRE with a checksum and a number, and Ethernet', /GREv0, Flags \[checksum present, sequence# present\]/],
  ['GRE over IPv6', /next-header .*GREv0/],
  ['VXLAN', /\.4789: VXLAN/],
  ['VXLAN over IPv6, at the old port', /next-header .*\.8472: /],
  ['Geneve', /proto UDP .*\n.*\.6081: Geneve/],
  ['Geneve over IPv6', /next-header .*\.6081: .*Geneve/],
  ['SRv6, with IPv4', /RT6 \(.*segleft=1.*\) IP \(/],
  ['SRv6, with IPv6', /RT6 \(.*segleft=1.*\) IP6 \(/],
];

/** What the kernel's trace tells of a field; undefined: nothing. */
type Told = (values: TraceEvent['values']) => unknown;

const TOLD_BY_PROBES: Readonly<Record<(typeof BY_HEADER_PROBES)[number], Told>> = {
  headroom: ({ head = '', data = '' }) => Number(BigInt(data) - BigInt(head)),
  csum: ({ csum }) => Number(csum),
};

/** CHECKSUM_* of include/linux/skbuff.h. */
const SUMS = ['none', 'unnecessary', 'complete', 'partial'];

/** Of a header that an event may not have at all, or tell not to be set. */
const offset = (header: string | undefined, isSet = '1'): number | null | undefined =>
  header === undefined ? undefined : isSet === '1' ? Number(header) : null;

const TOLD_BY_EVENTS: Readonly<Record<(typeof BY_HEADER_EVENTS)[number], Told>> = {
  protocol: ({ protocol }) => Number(protocol),
  ip_summed: ({ ip_summed: sum }) => SUMS[Number(sum)],
  vlan: ({ vlan_tagged: isTagged, vlan_tci: tci }) => (isTagged === '1' ? Number(tci) & 0xfff : null),
  mac_offset: ({ mac_header: header, mac_header_valid: isSet }) => offset(header, isSet),
  network_offset: ({ network_offset: header }) => offset(header),
  transport_offset: ({ transport_offset: header, transport_offset_valid: isSet }) => offset(header, isSet),
};

/** At all calls of which the kernel's trace tells the field. */
function compare(field: string, told: Told, rows: readonly TracedRow[]): void {
  const telling = rows.filter(({ event }) => told(event.values) !== undefined);
  expect(telling.map(({ row }) => row[field])).toEqual(telling.map(({ event }) => told(event.values)));
  expect(new Set(telling.map(({ row }) => row[field])).size).toBeGreaterThan(1);
}

describe('at the function that hands a packet to tcpdump', () => {
  it.each(BY_TCPDUMP)('%s: as tcpdump has it', (field) => {
    const told = captured.filter(({ shown }) => shown[field] !== undefined);
    expect(told.map(({ row }) => row[field])).toEqual(told.map(({ shown }) => shown[field]));
    expect(new Set(told.map(({ row }) => JSON.stringify(row[field]))).size).toBeGreaterThan(2);
  });

  it.each(TUNNEL_WORDS)('inner_tuple behind %s: as tcpdump has it', (_, words) => {
    const behind = captured.filter(({ text, shown }) => words.test(text) && shown.inner_tuple !== null);
    expect(behind.length).toBeGreaterThan(0);
    expect(behind.map(({ row }) => row['inner_tuple'])).toEqual(behind.map(({ shown }) => shown.inner_tuple));
  });

  it('all kinds of packets were among them', () => {
    const kinds = (field: 'tuple' | 'inner_tuple'): string[] => [
      ...new Set(captured.map(({ row }) => kindOf(row[field] as Tuple | null))),
    ];
    const tcp = ['SYN', 'SYN|ACK', 'ACK', 'PSH|ACK', 'FIN|ACK'].map((flags) => `tcp ${flags}`);
    const both = [...tcp, 'udp'].flatMap((kind) => [`IPv4 ${kind}`, `IPv6 ${kind}`]);
    const icmp = ['IPv4 icmp 0', 'IPv4 icmp 8', 'IPv6 icmpv6 128', 'IPv6 icmpv6 129'];
    const outer = ['IPv4 icmp 3', 'IPv6 icmpv6 1', 'IPv4 icmp fragment', 'IPv4 tcp RST|ACK', 'none'];
    expect(kinds('tuple')).toEqual(expect.arrayContaining([...both, ...icmp, ...outer]));
    expect(kinds('inner_tuple')).toEqual(expect.arrayContaining([...icmp, ...both.slice(0, 10), 'none']));
    expect(new Set(captured.map(({ row }) => row['pkt_type']))).toEqual(
      new Set(['host', 'broadcast', 'multicast', 'otherhost', 'outgoing']),
    );
  });

  it.each(BY_HEADER_PROBES)('%s: as members of the skb have it', (field) => {
    expect(probed.map(({ row }) => row.packet_id)).toEqual(probed.map(({ event }) => event.values['skb']));
    compare(field, TOLD_BY_PROBES[field], probed);
  });
});

describe('at tracepoints', () => {
  it.each(BY_HEADER_EVENTS)('%s: as trace events have it', (field) => {
    expect(traced.map(({ row }) => [row['ifname'], row.len])).toEqual(
      traced.map(({ event: { values } }) => [values['dev'], Number(values['len'])]),
    );
    compare(field, TOLD_BY_EVENTS[field], traced);
  });
});
