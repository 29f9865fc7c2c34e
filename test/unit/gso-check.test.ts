// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { SEGMENT } from '../../src/core/abi.js';
import { ALL_FEATURES, GSO, violationsOf, type GsoEvent } from '../support/packets/gso-rows.js';

const u16 = (value: number): number[] => [value >> 8, value & 0xff];
const ipv4 = (bytes: number, protocol: number): number[] => [
  0x45,
  0,
  ...u16(bytes),
  0,
  0,
  0,
  0,
  64,
  protocol,
];
const ipv6 = (payload: number, next: number): number[] => [0x60, 0, 0, 0, ...u16(payload), next, 64];
/** A TCP header of 32 bytes, as far as its length. */
const TCP = [0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x80];
const UDP = [0, 1, 0, 2, 0, 8, 0, 0];

/** 5,792 bytes over TCP and IPv4 in four segments: MAC header at 256 from the head, the data begin with it. */
const ETHERNET = {
  start: 256,
  tail: 256 + 14 + 20 + 32 + 100,
  mtu: 1500,
  protocol: 0x0800,
  mac_header: 256,
  network_header: 270,
  transport_header: 290,
  csum_start: 290,
  csum_offset: 16,
  ip_summed: 3,
  network: ipv4(5844, 6),
  transport: TCP,
};
const WHOLE: GsoEvent = {
  at: 'dev_hard_start_xmit',
  ...{ packet: 1n, len: 5858, gsoSize: 1448, gsoSegs: 4, gsoType: GSO.TCPV4 },
  geometry: ETHERNET,
};

const changed = (more: Partial<GsoEvent>, geometry: GsoEvent['geometry'] = {}): GsoEvent => ({
  ...WHOLE,
  ...more,
  geometry: { ...ETHERNET, ...geometry },
});

/** The same inside VXLAN: 50 bytes more, the inner headers where the outer ones were. */
const TUNNELED = changed(
  { len: 5858 + 50, gsoType: GSO.TCPV4 | GSO.UDP_TUNNEL, gsoSize: 1398, gsoSegs: 5 },
  {
    ...{ start: 206, mac_header: 206, network_header: 220, transport_header: 240, encapsulation: 1 },
    ...{ inner_network_header: 270, inner_transport_header: 290, csum_start: 290 },
    ...{ network: ipv4(5894, 17), transport: UDP, inner_network: ipv4(5844, 6), inner_transport: TCP },
  },
);

const found = (event: GsoEvent): [string, string][] =>
  (violationsOf(event)[0] ?? []).map(({ check, text }) => [check, text]);

describe('what is right', () => {
  const UDP_GSO = changed(
    { len: 14 + 20 + 8 + 10_000, gsoSize: 1200, gsoSegs: 9, gsoType: GSO.UDP_L4 },
    { network: ipv4(10_028, 17), transport: UDP, csum_offset: 6 },
  );
  const JUMBO = changed(
    { len: 14 + 48 + 32 + 100_000, gsoSize: 1428, gsoSegs: 71, gsoType: GSO.TCPV6 },
    {
      ...{ protocol: 0x86dd, network: ipv6(0, 0), transport_header: 270 + 48, csum_start: 270 + 48 },
      ...{ tail: 270 + 48 + 132 },
    },
  );
  it.each<[string, GsoEvent]>([
    ['TCP over IPv4', WHOLE],
    ['TCP inside VXLAN', TUNNELED],
    ['UDP GSO, whose last segment is shorter', UDP_GSO],
    ['a jumbo packet, whose extra header its segments do not have', JUMBO],
    ['gso_segs 0: the kernel has not worked it out yet', changed({ gsoSegs: 0 })],
    ['SKB_GSO_DODGY: gso_segs may be anything', changed({ gsoSegs: 9, gsoType: GSO.TCPV4 | GSO.DODGY })],
    ['GSO_BY_FRAGS: gso_size is none', changed({ gsoSize: 0xffff, gsoSegs: 9 })],
    ['a list of packets, whose sizes may differ', changed({ gsoSegs: 9, gsoType: GSO.TCPV4 | GSO.FRAGLIST })],
    ['what TCP has not given a gso_size yet', changed({ gsoSize: 0, gsoSegs: 1 })],
    ['what GRO is still at work on', changed({ at: 'tcp4_gro_receive', gsoSegs: 1 })],
    [
      'what the device cannot cut, before the kernel has',
      changed({ at: 'validate_xmit_skb' }, { features: 0n }),
    ],
    ['an encrypted packet', changed({ gsoType: GSO.TCPV4 | GSO.ESP }, { network: ipv4(5844, 50) })],
    ['MPLS, whose header only looks like one of IP', changed({ gsoSegs: 9 }, { protocol: 0x8847 })],
    ['headers that are not all there yet', changed({ at: 'ip_output', gsoSegs: 9 }, { network_header: 0 })],
    ['data that begin behind the headers', changed({ at: 'ip_output', gsoSegs: 9 }, { start: 322 })],
    ['headers in no order, before a device', changed({ at: 'ip_output' }, { transport_header: 270 })],
  ])('is silent: %s', (_, event) => {
    expect(found(event)).toEqual([]);
  });
});

describe('GRO', () => {
  const steps: readonly (readonly [GsoEvent['at'], number])[] = [
    ['ip_output', 4],
    ['udp4_lib_lookup_skb', 4],
    ['tcp4_gro_receive', 1],
    ['udp4_lib_lookup_skb', 1],
    ['dev_hard_start_xmit', 5],
  ];

  it('is let finish, with what it calls', () => {
    const events = steps.map(([at, gsoSegs]) => changed({ at, gsoSegs }));
    expect(violationsOf(...events).map((all) => all.map(({ check }) => check))).toEqual([
      ...[[], [], [], []],
      ['gso_segs'],
    ]);
  });
});

describe('what is wrong', () => {
  it.each<[string, GsoEvent, [string, string]]>([
    [
      'the number of segments, at any function',
      changed({ at: 'ip_output', gsoSegs: 5 }),
      ['gso_segs', 'gso_segs 5, but 5792 bytes of payload / gso_size 1448 = 4'],
    ],
    [
      'segments that do not fit the device',
      changed({}, { mtu: 1400 }),
      ['mtu', 'gso_size 1448 + headers 52 > mtu 1400 of eth0'],
    ],
    [
      'segments that do not fit it with the headers of a tunnel',
      { ...TUNNELED, gsoSize: 1448, gsoSegs: 4 },
      ['mtu', 'gso_size 1448 + headers 102 > mtu 1500 of eth0'],
    ],
    [
      'a MAC header behind the IP header',
      changed({}, { mac_header: 280 }),
      [
        'offsets',
        'mac_header 280, network_header 270, transport_header 290, data 256, tail 422: not in order',
      ],
    ],
    [
      'a transport header that is not behind the network header',
      changed({}, { transport_header: 270 }),
      [
        'offsets',
        'mac_header 256, network_header 270, transport_header 270, data 256, tail 422: not in order',
      ],
    ],
    [
      'a transport header in front of the data',
      changed({}, { start: 300 }),
      [
        'offsets',
        'mac_header 256, network_header 270, transport_header 290, data 300, tail 422: not in order',
      ],
    ],
    [
      'a tunnel without its inner headers',
      { ...TUNNELED, geometry: { ...TUNNELED.geometry, inner_network_header: 210 } },
      [
        'inner_offsets',
        'network_header 220, inner_network_header 210, inner_transport_header 290, tail 422: not in order',
      ],
    ],
    [
      'another EtherType than the header is of',
      changed({}, { protocol: 0x86dd }),
      ['protocol', 'protocol 0x86dd, but the network header is of version 4'],
    ],
    [
      'a kind of GSO for another protocol',
      changed({}, { network: ipv4(5844, 17) }),
      ['protocol', 'gso_type needs protocol 6, but the IP header has 17'],
    ],
    [
      'the length in the IP header',
      changed({}, { network: ipv4(1500, 6) }),
      ['ip_length', 'the IP header says 1500 bytes, the skb has 5844'],
    ],
    [
      'a checksum that is not left to the device',
      changed({}, { ip_summed: 0 }),
      ['checksum', 'ip_summed 0: each segment needs its checksum computed (CHECKSUM_PARTIAL)'],
    ],
    [
      'a checksum of another header',
      changed({}, { csum_start: 270 }),
      ['checksum', 'csum_start 270, but the header to be summed is at 290'],
    ],
    [
      'a kind of GSO that the device has not announced',
      changed({}, { features: ALL_FEATURES & ~(1n << 16n) }),
      ['features', 'eth0 does not offer gso_type 0x1'],
    ],
    [
      'the same, at the tracepoint in front of the driver',
      changed({ at: 'tp:net_dev_start_xmit' }, { features: ALL_FEATURES & ~(1n << 16n) }),
      ['features', 'eth0 does not offer gso_type 0x1'],
    ],
  ])('is told: %s', (_, event, violation) => {
    expect(found(event)).toEqual([violation]);
  });

  it('is told where gso_type names a tunnel and encapsulation is not set', () => {
    const event = { ...TUNNELED, geometry: { ...TUNNELED.geometry, encapsulation: 0 } };
    expect(found(event)).toContainEqual([
      'inner_offsets',
      'gso_type names a tunnel, but encapsulation is not set',
    ]);
  });
});

describe('segments', () => {
  const segment = (packet: bigint, payload: number, more: Partial<GsoEvent> = {}): GsoEvent =>
    changed(
      {
        ...{ at: 'veth_xmit', packet, parent: 1n, kinship: SEGMENT, isRelated: true },
        ...{ len: 66 + payload, gsoSize: 0, gsoSegs: 0, gsoType: 0, ...more },
      },
      { network: ipv4(52 + payload, 6) },
    );
  const relation = (packet: bigint, part: number): GsoEvent => ({
    ...{ at: 'veth_xmit', packet, parent: 1n, kinship: SEGMENT, isRelation: true },
    ...{ part, ofParts: 4, bytes: 5858 },
  });
  const cut = [1, 2, 3, 4].map((part) => relation(BigInt(part + 1), part));
  const told = (...payloads: readonly number[]): string[] =>
    violationsOf(
      ...[WHOLE, ...cut],
      ...payloads.map((payload, index) => segment(BigInt(index + 2), payload)),
    ).flatMap((all) => all.map(({ check, text }) => `${check}: ${text}`));

  it('are silent if they have what the packet had', () => {
    expect(told(1448, 1448, 1448, 1448)).toEqual([]);
  });

  it('are told if one has another size', () => {
    expect(told(1448, 1400, 1448, 1448)[0]).toBe(
      'segments: the segments of #1 have 48 bytes of payload too few up to this one',
    );
  });

  it('are told if all together have more than the packet', () => {
    expect(told(1448, 1448, 1448, 1460)).toEqual([
      'segments: the segments of #1 have 12 bytes of payload too many up to this one',
    ]);
  });

  it('are not looked at while the kernel is at work on them', () => {
    const atWork = changed({ ...segment(2n, 0), geometry: {} }, { network: ipv4(5844, 6) });
    expect(violationsOf(WHOLE, ...cut, atWork).flat()).toEqual([]);
  });
});
