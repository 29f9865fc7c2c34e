// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * What is asked of packets whose numbers are in their addresses, ports as send.py has them. Nothing that is not the same all the way:
 * lengths differ between a datagram and its fragments and segments, and what a packet begins with (`len`, `ether`) at a device and in
 * front of it.
 */
const EXPRESSIONS = [
  'udp',
  'tcp',
  'icmp or icmp6',
  'ip6',
  'ip and src net 10.1.0.0/16',
  'dst net fd00:2::/64',
  'udp dst port 7100',
  'tcp port 7200',
  'port 7300',
  'tcp src portrange 7000-7299',
  'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0',
  'icmp[icmptype] = icmp-echoreply or icmp6[icmp6type] = icmp6-echoreply',
  'icmp[icmptype] = icmp-unreach',
  'ip[19] & 1 = 1 or ip6[39] & 1 = 1',
  'ip[15] & 3 = 2 or ip6[23] & 3 = 2',
  'udp dst port 7100 and udp[12:4] & 1 = 0', // of the payload, where it is not in pages
  'ip[6:2] & 0x1fff != 0 or (ip6[6] = 44 and ip6[42:2] & 0xfff8 != 0)',
  'ip proto 253 or ip6 proto 253',
  'ip[8] = 33 or ip6[7] = 33',
  'tcp port 7200 and (tcp[4:4] & 1 = 1 or tcp[13] & 1 = 1) and src net 10.2.0.0/16',
] as const;

/** Of the expressions, those that `make test` has. */
const ONE_OF = 4;

/** `all`, or some of them; half of them with `not`. */
export const filtersOf = (all: boolean, oneOf = ONE_OF): string[] =>
  EXPRESSIONS.filter((_, place) => all || place % oneOf === 0).flatMap((text) => [text, `not (${text})`]);
