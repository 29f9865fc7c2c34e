// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { levelsOf, parseShown } from '../packets/tcpdump.js';
import type { Tuple } from '../../../src/columns/event-types.js';
import type { CapturedPacket } from './capture.js';

/** What tcpdump says of a packet, in the form of -o json. `undefined`: it does not say. */
export interface ShownPacket {
  readonly ifname: string;
  readonly pkt_type: string;
  readonly protocol: number;
  readonly tuple: Tuple | null;
  readonly inner_tuple: Tuple | null;
  readonly ttl: number | null;
  readonly ip_id: number | null;
  readonly seq: number | null | undefined;
  readonly ack: number | null | undefined;
}

/** By the words of tcpdump's that end with a packet's type in LINUX_SLL2. */
const PACKET_TYPES: Readonly<Record<string, string>> = {
  In: 'host',
  B: 'broadcast',
  M: 'multicast',
  P: 'otherhost',
  Out: 'outgoing',
};

/** Type and code of RFC 792 and 4443, by tcpdump's words. */
const ICMP: readonly (readonly [RegExp, number, number])[] = [
  [/ICMP echo reply/, 0, 0],
  [/ICMP \S+ udp port \d+ unreachable/, 3, 3],
  [/ICMP echo request/, 8, 0],
  [/ICMP6, destination unreachable, unreachable port/, 1, 4],
  [/ICMP6, echo request/, 128, 0],
  [/ICMP6, echo reply/, 129, 0],
  [/ICMP6, router solicitation/, 133, 0],
  [/ICMP6, neighbor solicitation/, 135, 0],
  [/ICMP6, neighbor advertisement/, 136, 0],
  [/ICMP6, multicast listener report v2/, 143, 0],
];
const IS_ICMP = /\bICMP6?,? (?!\()/;

const FLAGS = {
  ...{ F: 'FIN', S: 'SYN', R: 'RST', P: 'PSH' },
  ...{ '.': 'ACK', U: 'URG', E: 'ECE', W: 'CWR' },
} as const;

const flagNames = (letters: string): string =>
  letters === 'none'
    ? letters
    : Array.from(letters, (letter) => FLAGS[letter as keyof typeof FLAGS]).join('|');

/** Of a packet whose first header is said to be an extension of IPv6: what is said of those behind it. */
function behindExtensions(level: string, isIpv6Inside: boolean): string {
  if (IS_ICMP.test(level)) return 'icmpv6';
  if (level.includes('GREv0')) return 'gre';
  return isIpv6Inside ? 'ipv6' : 'ipip';
}

const isIpv6 = (level: string): boolean => level.includes('next-header');

/** `inner`: what is said of the packet inside. */
function protocolOf(level: string, inner: string | undefined): string {
  const [, name = '', number] = /(?:proto|next-header) (\w+) \((\d+)\)/.exec(level) ?? [];
  const isExtension = isIpv6(level) && ['0', '43', '44', '60'].includes(number ?? '');
  return isExtension ? behindExtensions(level, isIpv6(inner ?? '')) : name.toLowerCase();
}

function icmpOf(level: string): Pick<Tuple, 'icmp_type' | 'icmp_code'> {
  if (!IS_ICMP.test(level)) return {};
  const known = ICMP.find(([words]) => words.test(level));
  if (known === undefined) throw new Error(`an ICMP message that is not known here: ${level}`);
  return { icmp_type: known[1], icmp_code: known[2] };
}

function tupleOf(level: string | undefined, inner: string | undefined): Tuple | null {
  if (level === undefined) return null;
  const { source, destination, sourcePort, destinationPort, flags, fragment } = parseShown(level);
  return {
    ...{ saddr: source, daddr: destination, protocol: protocolOf(level, inner), ...icmpOf(level) },
    ...(sourcePort === null ? {} : { sport: sourcePort }),
    ...(destinationPort === null ? {} : { dport: destinationPort }),
    ...(flags === null ? {} : { tcp_flags: flagNames(flags) }),
    ...(fragment === 0 ? {} : { fragment_offset: fragment }),
  };
}

/** A number that only TCP has, and that tcpdump leaves out of some packets. */
const ofTcp = (flags: string | null, value: number | null): number | null | undefined =>
  flags === null ? null : (value ?? undefined);

/** Its levels, but for what an ICMP error quotes. */
function ownLevels(headers: string): string[] {
  const levels = levelsOf(headers);
  const quoting = levels.findIndex((level) => IS_ICMP.test(level));
  return quoting < 0 ? levels : levels.slice(0, quoting + 1);
}

export function shownPacket({ link, headers }: CapturedPacket): ShownPacket {
  const [, ifname = '', type = '', ethertype = ''] =
    /^(\S+) +(\w+) +ifindex .*? ethertype [^(]*\((0x\w+)\)/.exec(link) ?? [];
  const [outer, inner, innermost] = ownLevels(headers);
  const { ttl, id, flags, sequence, acknowledgment } = parseShown(outer ?? '');
  return {
    ...{ ifname, pkt_type: PACKET_TYPES[type] ?? type, protocol: Number(ethertype) },
    ...{ tuple: tupleOf(outer, inner), inner_tuple: tupleOf(inner, innermost) },
    ...{ ttl: outer === undefined ? null : ttl, ip_id: id },
    ...{ seq: ofTcp(flags, sequence), ack: ofTcp(flags, acknowledgment) },
  };
}
