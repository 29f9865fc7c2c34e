// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHeaders, type CapturedRow } from '../../support/witnesses/header-run.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import type { Tuple } from '../../../src/columns/event-types.js';
import type { Pair, Row } from '../../support/witnesses/pairing.js';
import { run } from '../../support/kernel/system.js';
import { HAS_ADDRESSES, type TraceEvent } from '../../support/witnesses/trace-events.js';
import { TUNNELS } from '../../support/traffic/tunnel-traffic.js';
import { BY_HEADER_EVENTS, BY_HEADER_PROBES, BY_TCPDUMP } from '../../support/witnesses/witnesses.js';

let captured: CapturedRow[];
let probed: Pair[];
let traced: Pair[];

beforeAll(async () => {
  run(TUNNELS, 'up');
  ({ captured, probed, traced } = await runHeaders());
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

/** Tunnels, and how tcpdump prints them. */
const TUNNEL_WORDS: readonly (readonly [string, RegExp])[] = [
  ['IPv4 in IPv4', /proto IPIP \(4\)/],
  ['IPv6 in IPv4', /proto IPv6 \(41\)/],
  ['IPv4 in IPv6, after an option', /DSTOPT \(.*\) IP \(/],
  ['IPv6 in IPv6, after an option', /DSTOPT \(.*\) IP6 \(/],
  ['GRE with a key', /GREv0, Flags \[key present\]/],
  [
    'GRE with a checksum, a sequence number and Ethernet',
    /GREv0, Flags \[checksum present, sequence# present\]/,
  ],
  ['GRE over IPv6', /next-header .*GREv0/],
  ['VXLAN', /\.4789: VXLAN/],
  ['VXLAN over IPv6, at the old port', /next-header .*\.8472: /],
  ['Geneve', /proto UDP .*\n.*\.6081: Geneve/],
  ['Geneve over IPv6', /next-header .*\.6081: .*Geneve/],
  ['SRv6, with IPv4', /RT6 \(.*segleft=1.*\) IP \(/],
  ['SRv6, with IPv6', /RT6 \(.*segleft=1.*\) IP6 \(/],
];

/** The value of a field in the kernel's trace; undefined: it has none. */
type Told = (values: TraceEvent['values']) => unknown;

/** CHECKSUM_* of include/linux/skbuff.h. */
const SUMS = ['none', 'unnecessary', 'complete', 'partial'];

const TOLD_BY_PROBES: Readonly<Record<(typeof BY_HEADER_PROBES)[number], Told>> = {
  headroom: ({ head = '', data = '' }) => Number(BigInt(data) - BigInt(head)),
  // Then the union has csum_start and csum_offset instead.
  csum: ({ csum, ip_summed: sum }) => (SUMS[Number(sum)] === 'partial' ? null : Number(csum)),
};

/** The offset of a header; undefined: the event has none; null: the event says that it is not set. */
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

/** The event's device; if addresses can be printed its skb, since Linux 6.1 then omits names of devices. */
const skbOrDevice = (row: Row): unknown => (HAS_ADDRESSES ? row.packet_id : row['ifname']);
const itsSkbOrDevice: Told = ({ skbaddr, dev }) => (HAS_ADDRESSES ? `0x${skbaddr}` : dev);

/** Compares the field in all pairs for which the kernel's trace has a value. */
function compare(field: string, told: Told, rows: readonly Pair[]): void {
  const telling = rows.filter(({ event }) => told(event.values) !== undefined);
  expect(telling.map(({ row }) => row[field])).toEqual(telling.map(({ event }) => told(event.values)));
  expect(new Set(telling.map(({ row }) => row[field])).size).toBeGreaterThan(1);
}

describe('at the function that passes packets to tcpdump', () => {
  it.each(BY_TCPDUMP)('%s has the value that tcpdump prints', (field) => {
    const told = captured.filter(({ shown }) => shown[field] !== undefined);
    expect(told.map(({ row }) => row[field])).toEqual(told.map(({ shown }) => shown[field]));
    expect(new Set(told.map(({ row }) => JSON.stringify(row[field]))).size).toBeGreaterThan(2);
  });

  it.each(TUNNEL_WORDS)('inner_tuple of %s has the value that tcpdump prints', (_, words) => {
    const behind = captured.filter(({ text, shown }) => words.test(text) && shown.inner_tuple !== null);
    expect(behind.length).toBeGreaterThan(0);
    expect(behind.map(({ row }) => row['inner_tuple'])).toEqual(behind.map(({ shown }) => shown.inner_tuple));
  });

  it('the compared packets are of all kinds', () => {
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

  it.each(BY_HEADER_PROBES)('%s has the value of the members of the skb', (field) => {
    expect(probed.map(({ row }) => row.packet_id)).toEqual(probed.map(({ event }) => event.values['skb']));
    compare(field, TOLD_BY_PROBES[field], probed);
  });
});

describe('at tracepoints', () => {
  it.each(BY_HEADER_EVENTS)('%s has the value of the trace events', (field) => {
    expect(traced.map(({ row }) => [row['len'], skbOrDevice(row)])).toEqual(
      traced.map(({ event: { values } }) => [Number(values['len']), itsSkbOrDevice(values)]),
    );
    compare(field, TOLD_BY_EVENTS[field], traced);
  });
});
