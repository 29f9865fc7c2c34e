// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  destinationPort,
  icmpCode,
  icmpType,
  ipId,
  type PacketReader,
  sourcePort,
  tcpAcknowledgment,
  tcpFlags,
  tcpSequence,
  ttl,
} from '../../src/packet/header-values.js';
import { Headers, NONE, readHeaders } from '../../src/packet/headers.js';
import { readInner } from '../../src/packet/inner.js';
import { KNOWN } from '../support/packets/packet-list.js';
import {
  type Bytes,
  ethernet,
  geneve,
  gre,
  icmp,
  ipv4,
  ipv6,
  join,
  tcp,
  udp,
  vxlan,
} from '../support/packets/packets.js';
import { jsonOf, readAll, tupleOf, tuplesOf } from '../support/packets/read-packets.js';

const READERS: readonly PacketReader[] = [
  ...[sourcePort, destinationPort, tcpSequence, tcpAcknowledgment, tcpFlags],
  ...[icmpType, icmpCode, ttl, ipId],
];

function headersOf(bytes: Bytes): { view: DataView; headers: Headers } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headers = new Headers();
  expect(readHeaders(view, 0, bytes.length, headers)).toBe(true);
  return { view, headers };
}

const valuesOf = (bytes: Bytes, ...readers: PacketReader[]): number[] => {
  const { view, headers } = headersOf(bytes);
  return readers.map((read) => read(view, headers));
};

describe('the tuples of a packet and of the packets inside it', () => {
  it.each(KNOWN)('%s', (_, bytes, tuples) => {
    expect(tuplesOf(bytes)).toEqual(tuples);
    // in the middle of other bytes, at an odd place
    expect(tuplesOf(join([0x45, 1, 2], bytes, [0x60, 9]), 3, bytes.length)).toEqual(tuples);
  });
});

describe('a truncated packet', () => {
  it.each(KNOWN)('%s', (_, bytes) => {
    const whole = readAll(bytes, 0, bytes.length).length;
    let levels = 0;
    for (let length = 0; length <= bytes.length; length++) {
      // Only what is there can be read: a view that ends there throws.
      const cut = bytes.slice(0, length);
      const tuples = tuplesOf(cut);
      for (const { view, headers } of readAll(cut, 0, length)) {
        jsonOf(view, headers);
        for (const read of READERS) expect(read(view, headers)).toBeGreaterThanOrEqual(NONE);
      }
      // What follows in the row is not looked at, whatever it is.
      for (const filler of [0, 0xff]) {
        const filled = bytes.slice().fill(filler, length);
        expect(tuplesOf(filled, 0, length)).toEqual(tuples);
      }
      expect(tuples.length).toBeGreaterThanOrEqual(levels);
      levels = tuples.length;
    }
    expect(levels).toBe(whole);
  });

  it('does not throw for random bytes, even after a valid beginning', () => {
    for (let round = 0; round < 20_000; round++) {
      const random = Uint8Array.from({ length: round % 160 }, () => Math.floor(Math.random() * 256));
      const [, start = random] = KNOWN[round % KNOWN.length] ?? [];
      const bytes = round % 2 === 0 ? random : join(start.slice(0, round % 71), random);
      tuplesOf(bytes);
    }
  });

  it.each([
    [19, []],
    [20, ['10.0.0.1>10.0.0.10(tcp)']],
    [22, ['10.0.0.1:43210>10.0.0.10(tcp)']],
    [24, ['10.0.0.1:43210>10.0.0.10:80(tcp)']],
    [34, ['10.0.0.1:43210>10.0.0.10:80(tcp:ACK)']],
  ])('shows as much of TCP as is in %i bytes', (length, tuples) => {
    expect(tuplesOf(ipv4(6, tcp()), 0, length)).toEqual(tuples);
  });

  it('may have a length beyond the end of the view', () => {
    expect(tuplesOf(ipv4(6, tcp()), 0, 1000)).toEqual(['10.0.0.1:43210>10.0.0.10:80(tcp:ACK)']);
  });
});

describe('is not a packet', () => {
  it.each([
    ['no bytes', new Uint8Array(0)],
    ['version 5', ipv4(6, tcp()).fill(0x55, 0, 1)],
    ['version 0', new Uint8Array(60)],
    ['an IPv4 header of 16 bytes', ipv4(6, tcp()).fill(0x44, 0, 1)],
  ])('%s', (_, bytes) => {
    const headers = new Headers();
    expect(readHeaders(new DataView(bytes.buffer), 0, bytes.length, headers)).toBe(false);
    expect(headers).toEqual(new Headers());
  });
});

describe('has no inner packet', () => {
  const inside = ipv4(6, tcp());
  const frame = ethernet(0x0800, inside);
  it.each([
    ['GRE with a routing field', ipv4(47, join([0x40, 0, 8, 0], inside))],
    ['GRE of version 1', ipv4(47, join([0, 1, 8, 0], inside))],
    ['VXLAN without an id', ipv4(17, udp(1, 4789, vxlan(frame, 0)))],
    ['VXLAN with an unknown flag', ipv4(17, udp(1, 4789, vxlan(frame, 0x0c)))],
    ['Geneve of version 1', ipv4(17, udp(1, 6081, geneve(0x0800, inside).fill(0x40, 0, 1)))],
    ['a reply from the port of VXLAN', ipv4(17, udp(4789, 1, vxlan(frame)))],
    ['IPv6 that is announced as IPv4', ipv4(4, ipv6(6, tcp()))],
    ['IPv4 that is announced as IPv6', ipv4(47, gre(0x86dd, inside))],
    ['a later fragment', ipv4(4, inside, { fragment: 8 })],
    ['an ICMP error', ipv4(1, icmp(11, 0, join([0, 0, 0, 0], inside)))],
    ['an Ethernet frame in an Ethernet frame', ipv4(47, gre(0x6558, ethernet(0x6558, frame)))],
  ])('%s', (_, bytes) => {
    const { view, headers } = headersOf(bytes);
    const before = Object.assign(new Headers(), headers);
    expect(readInner(view, headers, headers)).toBe(false);
    expect(headers).toEqual(before);
  });

  it('VXLAN with a group policy has one', () => {
    const bytes = ipv4(17, udp(1, 4789, vxlan(frame, 0x88)));
    expect(tuplesOf(bytes)).toHaveLength(2);
  });
});

describe('the values of a packet', () => {
  it('for TCP: ports, numbers up to 2^32 - 1, nine flags', () => {
    const last = 0xffffffff;
    const bytes = ipv4(
      6,
      tcp({ source: 65535, destination: 1, sequence: last, acknowledgment: last - 1, flags: 0x101 }),
    );
    const values = valuesOf(bytes, sourcePort, destinationPort, tcpSequence, tcpAcknowledgment, tcpFlags);
    expect(values).toEqual([65535, 1, last, last - 1, 0x101]);
    expect(tuplesOf(bytes)).toEqual(['10.0.0.1:65535>10.0.0.10:1(tcp:FIN|AE)']);
    expect(valuesOf(bytes, icmpType, icmpCode)).toEqual([NONE, NONE]);
  });

  it('for ICMP, which has no ports', () => {
    const values = valuesOf(ipv4(1, icmp(3, 13)), icmpType, icmpCode, sourcePort, tcpSequence, tcpFlags);
    expect(values).toEqual([3, 13, NONE, NONE, NONE]);
  });

  it('for IPv4 and IPv6: ttl or hop limit, and an id that only IPv4 has', () => {
    expect(valuesOf(ipv4(6, tcp(), { ttl: 3, id: 54321 }), ttl, ipId)).toEqual([3, 54321]);
    expect(valuesOf(ipv6(6, tcp(), { hopLimit: 255 }), ttl, ipId)).toEqual([255, NONE]);
  });

  it('as JSON, with only those that the packet has', () => {
    const json = (bytes: Bytes): unknown => {
      const { view, headers } = headersOf(bytes);
      return JSON.parse(jsonOf(view, headers));
    };
    const addresses = { saddr: '10.0.0.1', daddr: '10.0.0.10' };
    const ports = { sport: 43210, dport: 80 };
    expect(json(ipv4(6, tcp({ flags: 0x12 })))).toEqual({
      ...addresses,
      protocol: 'tcp',
      ...ports,
      tcp_flags: 'SYN|ACK',
    });
    expect(json(ipv4(6, tcp()).slice(0, 24))).toEqual({ ...addresses, protocol: 'tcp', ...ports });
    expect(json(ipv4(1, icmp(8, 0)))).toEqual({ ...addresses, protocol: 'icmp', icmp_type: 8, icmp_code: 0 });
    expect(json(ipv4(17, new Uint8Array(8), { fragment: 8 }))).toEqual({
      ...addresses,
      protocol: 'udp',
      fragment_offset: 8,
    });
    expect(json(ipv6(254, new Uint8Array(4)))).toEqual({
      saddr: 'fd00::1',
      daddr: 'fd00::10',
      protocol: '254',
    });
  });
});

describe('IPv6 addresses', () => {
  const written = (source: string): string => {
    const { view, headers } = headersOf(ipv6(59, new Uint8Array(0), { source }));
    return tupleOf(view, headers).split('>')[0] ?? '';
  };

  it.each([
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['0:0:1:0:0:0:0:0', '0:0:1::'],
    ['fe80:0:0:0:a0b:c00:d:ffff', 'fe80::a0b:c00:d:ffff'],
    ['0:0:0:0:0:ffff:a00:1', '::ffff:10.0.0.1'],
    ['0:0:0:0:1:ffff:a00:1', '::1:ffff:a00:1'],
  ])('%s is %s', (address, shortest) => expect(written(address)).toBe(shortest));

  it('agree with the URL parser, for every pattern of zeros', () => {
    for (let pattern = 0; pattern < 256; pattern++) {
      const groups = Array.from({ length: 8 }, (_, i) =>
        (pattern >> i) & 1 ? (0xabc >> (4 * (i % 3))).toString(16) : '0',
      );
      const text = written(groups.join(':'));
      expect(isIPv6(text)).toBe(true);
      expect(`[${text}]`).toBe(new URL(`http://[${groups.join(':')}]/`).hostname);
    }
  });
});
