// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Tuple } from '../../../src/columns/event-types.js';

/*
 * Packets of send.py, as tcpdump has them and as ipft shows them, told by the same words: their number, where they go, and what the
 * packets of a number differ in.
 */

/** What send.py writes in front of a number. */
export const MAGIC = 'ipft';

/** One packet. */
export interface Numbered {
  readonly number: number;
  /** the same for all skbs of the packet, on its way and where it is received */
  readonly key: string;
}

/** In order of their bits. */
const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'];
const FROM_A = 1;
const FROM_B = 2;
const ADDRESS = /^10\.([12])\.(\d+)\.(\d+)$/;
const ADDRESS6 = /^fd00:([12])::([0-9a-f]+)$/;

interface End {
  /** of lab/net/numbers: 1 is a, 2 is b */
  readonly side: number;
  readonly number: number;
}

function endOf(address: string): End | null {
  const [, side, high, low] = ADDRESS.exec(address) ?? [];
  if (side !== undefined) return { side: Number(side), number: Number(high) * 256 + Number(low) };
  const [, side6, number] = ADDRESS6.exec(address) ?? [];
  return side6 === undefined ? null : { side: Number(side6), number: parseInt(number ?? '', 16) };
}

/** Null for packets without a number. An ICMP error may come from a host's own address. */
export function numberedOf(tuple: Tuple, seq: number | null, ack: number | null): Numbered | null {
  const [from, to] = [endOf(tuple.saddr), endOf(tuple.daddr)];
  const known = to ?? from;
  if (known === null) return null;
  const sender = from?.side ?? (to?.side === FROM_A ? FROM_B : FROM_A);
  const { sport, dport, icmp_type: type, icmp_code: code, tcp_flags: flags } = tuple;
  const words = [
    `#${known.number} from ${sender}`,
    tuple.saddr.includes(':') ? 'IPv6' : 'IPv4',
    type === undefined ? '' : `ICMP ${type}/${code}`,
    flags === undefined ? '' : `TCP ${flags.split('|').sort().join('|')} ${seq} ${ack}`,
    sport === undefined ? '' : `${sport}>${dport}`,
    tuple.fragment_offset === undefined ? '' : `fragment ${tuple.fragment_offset}`,
  ];
  return { number: known.number, key: words.filter((word) => word !== '').join(' ') };
}

const ETHERNET = 14;
const IPV4_SIZE = 20;
const IPV6_SIZE = 40;
const FRAGMENT_HEADER = 44;
const [ICMP, TCP, UDP, ICMPV6] = [1, 6, 17, 58];

/** `fd00:1::2f`: those of send.py have one run of zeros. */
function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(':');
  return groups.replace(/:0(:0)+:/, '::');
}

/** From a later fragment on there is no header. */
function upperLayer(
  bytes: Buffer,
  protocol: number,
): { tuple: Partial<Tuple>; seq: number | null; ack: number | null } {
  const none = { seq: null, ack: null };
  if (protocol === ICMP || protocol === ICMPV6)
    return { tuple: { icmp_type: bytes.readUInt8(0), icmp_code: bytes.readUInt8(1) }, ...none };
  if (protocol !== TCP && protocol !== UDP) return { tuple: {}, ...none };
  const ports = { sport: bytes.readUInt16BE(0), dport: bytes.readUInt16BE(2) };
  if (protocol === UDP) return { tuple: ports, ...none };
  const bits = bytes.readUInt16BE(12) & 0x1ff;
  const flags = FLAGS.filter((_, bit) => (bits & (1 << bit)) !== 0).join('|');
  return {
    tuple: { ...ports, tcp_flags: flags },
    seq: bytes.readUInt32BE(4),
    ack: bytes.readUInt32BE(8),
  };
}

function ipv4(packet: Buffer): Numbered | null {
  const offset = (packet.readUInt16BE(6) & 0x1fff) * 8;
  const [saddr, daddr] = [12, 16].map((at) => packet.subarray(at, at + 4).join('.')) as [string, string];
  const size = (packet.readUInt8(0) & 15) * 4;
  return packetOf({ saddr, daddr, offset, protocol: packet.readUInt8(9), rest: packet.subarray(size) });
}

function ipv6(packet: Buffer): Numbered | null {
  const [saddr, daddr] = [8, 24].map((at) => ipv6Text(packet.subarray(at, at + 16))) as [string, string];
  const next = packet.readUInt8(6);
  const rest = packet.subarray(IPV6_SIZE);
  if (next !== FRAGMENT_HEADER) return packetOf({ saddr, daddr, offset: 0, protocol: next, rest });
  const offset = rest.readUInt16BE(2) & 0xfff8;
  return packetOf({ saddr, daddr, offset, protocol: rest.readUInt8(0), rest: rest.subarray(8) });
}

interface Parts {
  readonly saddr: string;
  readonly daddr: string;
  /** of a fragment */
  readonly offset: number;
  readonly protocol: number;
  readonly rest: Buffer;
}

function packetOf({ saddr, daddr, offset, protocol, rest }: Parts): Numbered | null {
  const ends = { saddr, daddr, protocol: String(protocol) };
  if (offset > 0) return numberedOf({ ...ends, fragment_offset: offset }, null, null);
  const { tuple, seq, ack } = upperLayer(rest, protocol);
  return numberedOf({ ...ends, ...tuple }, seq, ack);
}

/** The packet in an Ethernet frame; null if it has no number. Throws if its payload tells another one than its addresses do. */
export function numberedIn(frame: Buffer): Numbered | null {
  const type = frame.length < ETHERNET + IPV4_SIZE ? 0 : frame.readUInt16BE(12);
  const packet = frame.subarray(ETHERNET);
  const found = type === 0x0800 ? ipv4(packet) : type === 0x86dd ? ipv6(packet) : null;
  const at = frame.indexOf(MAGIC);
  if (at >= 0 && frame.readUInt32BE(at + MAGIC.length) !== found?.number)
    throw new Error(`another number in the payload than in the addresses: ${frame.toString('hex')}`);
  return found;
}
