// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** IP protocol numbers, as IANA assigns them. */
export const PROTOCOL = {
  hopByHop: 0,
  icmp: 1,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  auth: 51,
  icmpv6: 58,
  destination: 60,
  sctp: 132,
  udplite: 136,
  ethernet: 143,
} as const;

/** Names of IP protocols by number, as in /etc/protocols, except icmpv6, which is nft's name. */
const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  0: 'hopopt',
  1: 'icmp',
  2: 'igmp',
  4: 'ipip',
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  41: 'ipv6',
  43: 'ipv6-route',
  44: 'ipv6-frag',
  46: 'rsvp',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  58: 'icmpv6',
  59: 'ipv6-nonxt',
  60: 'ipv6-opts',
  88: 'eigrp',
  89: 'ospf',
  97: 'etherip',
  103: 'pim',
  108: 'ipcomp',
  112: 'vrrp',
  115: 'l2tp',
  132: 'sctp',
  135: 'mobility-header',
  136: 'udplite',
  137: 'mpls-in-ip',
  143: 'ethernet',
};

/** Name of a protocol, such as `tcp`; the number if it has no name here. */
export const protocolName = (protocol: number): string => PROTOCOL_NAMES[protocol] ?? protocol.toString();

const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'];

/** Names of the flags of a TCP header, such as `SYN|ACK`; `none` if none is set. */
export const tcpFlagNames = (flags: number): string =>
  TCP_FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0).join('|') || 'none';

/** nft's names of ICMP types, by number. */
const ICMP_TYPES: Readonly<Record<number, string>> = {
  0: 'echo-reply',
  3: 'destination-unreachable',
  4: 'source-quench',
  5: 'redirect',
  8: 'echo-request',
  9: 'router-advertisement',
  10: 'router-solicitation',
  11: 'time-exceeded',
  12: 'parameter-problem',
  13: 'timestamp-request',
  14: 'timestamp-reply',
};

const ICMPV6_TYPES: Readonly<Record<number, string>> = {
  1: 'destination-unreachable',
  2: 'packet-too-big',
  3: 'time-exceeded',
  4: 'parameter-problem',
  128: 'echo-request',
  129: 'echo-reply',
  130: 'mld-listener-query',
  131: 'mld-listener-report',
  132: 'mld-listener-done',
  133: 'nd-router-solicit',
  134: 'nd-router-advert',
  135: 'nd-neighbor-solicit',
  136: 'nd-neighbor-advert',
  137: 'nd-redirect',
  143: 'mld2-listener-report',
};

/** Name of an ICMP or ICMPv6 type, such as `echo-request`; the number if it has no name here. */
export const icmpTypeName = (protocol: number, type: number): string =>
  (protocol === PROTOCOL.icmpv6 ? ICMPV6_TYPES : ICMP_TYPES)[type] ?? type.toString();
