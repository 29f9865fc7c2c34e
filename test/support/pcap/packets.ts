// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Random } from './random.js';

/** Ethernet frames with addresses, ports and protocols that the expressions ask for. */
export const ETHERNET = 14;

const MACS = ['020000000001', '020000000002', 'ffffffffffff', '01005e000001', '3333000000fb'] as const;
const IPV4 = ['0a000001', '0a00000a', '0a010203', 'c0a80101', 'e0000001', 'ffffffff', '7f000001'] as const;
const IPV6 = [
  '20010db8000000000000000000000001',
  '20010db800000000000000000000000a',
  'fe800000000000000000000000000001',
  'ff0200000000000000000000000000fb',
] as const;
const PORTS = [22, 53, 80, 443, 1024, 8080, 33024, 65535] as const;
const VLANS = [1, 5, 7, 100, 0x1005, 0xe064] as const;

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const u8 = (value: number): Buffer => Buffer.from([value]);

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

interface Payload {
  /** of IPv4 or IPv6 */
  readonly protocol: number;
  readonly bytes: Buffer;
}

/** Frames, some of them cut short. */
export function makePackets(count: number, seed = 1): Buffer[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const packet = frame(random);
    const least = leastSize(packet);
    return random.once(6) ? packet.subarray(0, least + random.below(packet.length - least + 1)) : packet;
  });
}

/** The kernel makes no skb of less. */
function leastSize(packet: Buffer): number {
  const type = packet.readUInt16BE(12);
  return ETHERNET + (type === 0x0800 ? 20 : type === 0x86dd ? 40 : 1);
}

function frame(random: Random): Buffer {
  const addresses = [hex(random.pick(MACS)), hex(random.pick(MACS))];
  const tags: Buffer[] = [];
  while (tags.length < 2 && random.once(5))
    tags.push(u16(random.pick([0x8100, 0x8100, 0x88a8, 0x9100])), u16(random.pick(VLANS)));
  return Buffer.concat([...addresses, ...tags, network(random)]);
}

/** The EtherType, or the length, and what follows. */
function network(random: Random): Buffer {
  const kind = random.below(20);
  if (kind < 9) return Buffer.concat([u16(0x0800), ipv4(random, 0)]);
  if (kind < 15) return Buffer.concat([u16(0x86dd), ipv6(random, 0)]);
  if (kind === 15) return Buffer.concat([u16(random.pick([0x0806, 0x8035])), arp(random)]);
  // MPLS, PPPoE, and what nobody knows.
  if (kind === 16) return Buffer.concat([u16(0x8847), hex('00064140'), ipv4(random, 0)]);
  if (kind === 17) return Buffer.concat([u16(0x8864), hex('110000010020'), u16(0x0021), ipv4(random, 0)]);
  if (kind === 18)
    return Buffer.concat([u16(random.pick([0x88cc, 0x1234, 0x0600])), random.bytes(1 + random.below(70))]);
  // IEEE 802.3: a length, LLC and SNAP.
  const payload = Buffer.concat([
    hex(random.pick(['424203', 'aaaa03000000', 'fefe03', 'e0e003'])),
    random.bytes(37),
  ]);
  return Buffer.concat([u16(payload.length), payload]);
}

function arp(random: Random): Buffer {
  const ends = [
    hex(random.pick(MACS)),
    hex(random.pick(IPV4)),
    hex(random.pick(MACS)),
    hex(random.pick(IPV4)),
  ];
  return Buffer.concat([hex('000108000604'), u16(1 + random.below(2)), ...ends]);
}

function ipv4(random: Random, depth: number): Buffer {
  const { protocol, bytes } = payload(random, depth, 4);
  const words = random.once(5) ? 5 + random.below(11) : 5;
  const header = Buffer.alloc(words * 4);
  header[0] = 0x40 | (random.once(40) ? random.below(16) : words);
  header[1] = random.pick([0, 0x10, 0xb8]);
  header.writeUInt16BE(Math.min(header.length + bytes.length, 65535), 2);
  header.writeUInt16BE(random.below(65536), 4);
  header.writeUInt16BE(random.once(5) ? random.pick([0x2000, 0x2001, 0x00b9, 0x1fff]) : 0x4000, 6);
  header[8] = random.pick([1, 64, 255]);
  header[9] = protocol;
  hex(random.pick(IPV4)).copy(header, 12);
  hex(random.pick(IPV4)).copy(header, 16);
  return Buffer.concat([header, bytes]);
}

function ipv6(random: Random, depth: number): Buffer {
  let { protocol, bytes } = payload(random, depth, 6);
  for (let headers = 0; headers < 3 && random.once(4); headers++) {
    const type = random.pick([0, 43, 44, 51, 60]);
    bytes = Buffer.concat([extension(random, type, protocol), bytes]);
    protocol = type;
  }
  const header = Buffer.alloc(8);
  header.writeUInt32BE(0x60000000 | (random.below(256) << 20) | random.below(1 << 20));
  header.writeUInt16BE(bytes.length, 4);
  header[6] = protocol;
  header[7] = random.pick([1, 64, 255]);
  return Buffer.concat([header, hex(random.pick(IPV6)), hex(random.pick(IPV6)), bytes]);
}

function extension(random: Random, type: number, next: number): Buffer {
  if (type === 44)
    return Buffer.concat([u8(next), u8(0), u16(random.pick([0, 1, 8, 0x5a9])), random.bytes(4)]);
  if (type === 51) return Buffer.concat([u8(next), u8(4), random.bytes(22)]);
  const eights = random.below(3);
  return Buffer.concat([u8(next), u8(eights), random.bytes(6 + eights * 8)]);
}

function payload(random: Random, depth: number, version: 4 | 6): Payload {
  const ports = Buffer.concat([u16(random.pick(PORTS)), u16(random.pick(PORTS))]);
  const data = random.bytes(random.below(60));
  const kind = random.below(depth < 2 ? 12 : 9);
  if (kind < 4) return { protocol: 6, bytes: tcp(random, ports, data) };
  if (kind < 6) return { protocol: 17, bytes: Buffer.concat([ports, u16(8 + data.length), u16(0), data]) };
  if (kind === 6) return { protocol: 132, bytes: Buffer.concat([ports, random.bytes(8), data]) };
  if (kind === 7) {
    const header = [u8(random.pick([0, 3, 8, 11, 128, 129, 135])), u8(random.below(4)), random.bytes(6)];
    return { protocol: version === 4 ? 1 : 58, bytes: Buffer.concat([...header, data]) };
  }
  if (kind === 8) return { protocol: random.pick([2, 47, 50, 51, 89, 103, 112, 255]), bytes: data };
  if (kind < 11) return { protocol: 4, bytes: ipv4(random, depth + 1) };
  return { protocol: 41, bytes: ipv6(random, depth + 1) };
}

function tcp(random: Random, ports: Buffer, data: Buffer): Buffer {
  const words = random.pick([5, 5, 8, 15]);
  const flags = random.pick([0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0xff]);
  const rest = Buffer.concat([random.bytes(8), u8(words << 4), u8(flags), random.bytes(6)]);
  return Buffer.concat([ports, rest, random.bytes(words * 4 - 20), data]);
}
