// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  authentication,
  type Bytes,
  ethernet,
  geneve,
  gre,
  icmp,
  ipv4,
  ipv6,
  ipv6Fragment,
  ipv6Options,
  join,
  sctp,
  segmentRouting,
  tcp,
  udp,
  vxlan,
} from './packets.js';

type Named = readonly [name: string, bytes: Bytes, ...tuples: string[]];

const INSIDE = { source: '192.168.0.1', destination: '192.168.0.2' };
const INSIDE6 = { source: 'fd01::1', destination: 'fd01::2' };
const inner4 = ipv4(6, tcp({ flags: 0x18 }), INSIDE);
const inner6 = ipv6(17, udp(5000, 53, new Uint8Array(4)), INSIDE6);
const TCP4 = '192.168.0.1:43210>192.168.0.2:80(tcp:PSH|ACK)';
const UDP6 = '[fd01::1]:5000>[fd01::2]:53(udp)';
const SEGMENTS = ['fc00::2', 'fc00::1'];

const plain: readonly Named[] = [
  ['TCP SYN', ipv4(6, tcp({ flags: 0x02 })), '10.0.0.1:43210>10.0.0.10:80(tcp:SYN)'],
  ['TCP SYN ACK', ipv4(6, tcp({ flags: 0x12 })), '10.0.0.1:43210>10.0.0.10:80(tcp:SYN|ACK)'],
  [
    'TCP, all flags',
    ipv4(6, tcp({ flags: 0xff })),
    '10.0.0.1:43210>10.0.0.10:80(tcp:FIN|SYN|RST|PSH|ACK|URG|ECE|CWR)',
  ],
  ['TCP, no flag', ipv4(6, tcp({ flags: 0 })), '10.0.0.1:43210>10.0.0.10:80(tcp:none)'],
  ['TCP behind IPv4 options', ipv4(6, tcp(), { options: 12 }), '10.0.0.1:43210>10.0.0.10:80(tcp:ACK)'],
  ['UDP', ipv4(17, udp(999, 5000)), '10.0.0.1:999>10.0.0.10:5000(udp)'],
  ['SCTP', ipv4(132, sctp(36412, 5001)), '10.0.0.1:36412>10.0.0.10:5001(sctp)'],
  ['echo request', ipv4(1, icmp(8, 0)), '10.0.0.1>10.0.0.10(icmp:echo-request)'],
  ['an unknown type of ICMP', ipv4(1, icmp(42, 7)), '10.0.0.1>10.0.0.10(icmp:42/7)'],
  [
    'ICMP error with a quotation',
    ipv4(1, icmp(3, 1, join([0, 0, 0, 0], inner4))),
    '10.0.0.1>10.0.0.10(icmp:destination-unreachable/1)',
  ],
  [
    'first fragment',
    ipv4(17, udp(999, 5000, new Uint8Array(16)), { more: true }),
    '10.0.0.1:999>10.0.0.10:5000(udp)',
  ],
  [
    'later fragment',
    ipv4(17, new Uint8Array(24), { fragment: 1480, more: true }),
    '10.0.0.1>10.0.0.10(udp:frag@1480)',
  ],
  ['last fragment', ipv4(6, tcp(), { fragment: 65528 }), '10.0.0.1>10.0.0.10(tcp:frag@65528)'],
  [
    'TCP behind an authentication header',
    ipv4(51, authentication(6, tcp())),
    '10.0.0.1:43210>10.0.0.10:80(tcp:ACK)',
  ],
  ['IGMP', ipv4(2, Uint8Array.of(0x16, 0, 0, 0, 224, 0, 0, 5)), '10.0.0.1>10.0.0.10(igmp)'],
  ['a protocol without a name', ipv4(253, new Uint8Array(8)), '10.0.0.1>10.0.0.10(253)'],
];

const plain6: readonly Named[] = [
  ['TCP over IPv6', ipv6(6, tcp({ flags: 0x14 })), '[fd00::1]:43210>[fd00::10]:80(tcp:RST|ACK)'],
  [
    'UDP over IPv6',
    ipv6(17, udp(999, 5000), { source: '2001:db8::1:0:0:1', destination: 'ff02::1' }),
    '[2001:db8::1:0:0:1]:999>[ff02::1]:5000(udp)',
  ],
  [
    'neighbour solicitation',
    ipv6(58, icmp(135, 0, new Uint8Array(20)), { source: '::', destination: 'ff02::1:ff00:1' }),
    '::>ff02::1:ff00:1(icmpv6:nd-neighbor-solicit)',
  ],
  ['too big', ipv6(58, icmp(2, 0, join([0, 0, 5, 0], inner6))), 'fd00::1>fd00::10(icmpv6:packet-too-big)'],
  ['TCP behind hop-by-hop options', ipv6(0, ipv6Options(6, tcp())), '[fd00::1]:43210>[fd00::10]:80(tcp:ACK)'],
  [
    'UDP behind long destination options',
    ipv6(60, ipv6Options(17, udp(999, 5000), 24)),
    '[fd00::1]:999>[fd00::10]:5000(udp)',
  ],
  [
    'TCP behind three kinds',
    ipv6(0, ipv6Options(60, ipv6Options(51, authentication(6, tcp())))),
    '[fd00::1]:43210>[fd00::10]:80(tcp:ACK)',
  ],
  [
    'first fragment over IPv6',
    ipv6(44, ipv6Fragment(17, 0, true, udp(999, 5000, new Uint8Array(16)))),
    '[fd00::1]:999>[fd00::10]:5000(udp)',
  ],
  [
    'later fragment over IPv6',
    ipv6(44, ipv6Fragment(17, 1448, false, new Uint8Array(16))),
    'fd00::1>fd00::10(udp:frag@1448)',
  ],
  [
    'TCP behind segments',
    ipv6(43, segmentRouting(6, SEGMENTS, tcp())),
    '[fd00::1]:43210>[fd00::10]:80(tcp:ACK)',
  ],
  ['nothing behind IPv6', ipv6(59, new Uint8Array(0)), 'fd00::1>fd00::10(ipv6-nonxt)'],
];

const tunnels: readonly Named[] = [
  ['IPIP', ipv4(4, inner4), '10.0.0.1>10.0.0.10(ipip)', TCP4],
  ['6in4', ipv4(41, inner6), '10.0.0.1>10.0.0.10(ipv6)', UDP6],
  ['4in6', ipv6(4, inner4), 'fd00::1>fd00::10(ipip)', TCP4],
  ['6in6 behind options', ipv6(60, ipv6Options(41, inner6)), 'fd00::1>fd00::10(ipv6)', UDP6],
  ['SRv6 with IPv4', ipv6(43, segmentRouting(4, SEGMENTS, inner4)), 'fd00::1>fd00::10(ipip)', TCP4],
  ['SRv6 with IPv6', ipv6(43, segmentRouting(41, ['fc00::1'], inner6)), 'fd00::1>fd00::10(ipv6)', UDP6],
  [
    'SRv6 with Ethernet',
    ipv6(43, segmentRouting(143, SEGMENTS, ethernet(0x0800, inner4))),
    'fd00::1>fd00::10(ethernet)',
    TCP4,
  ],
  ['GRE', ipv4(47, gre(0x0800, inner4)), '10.0.0.1>10.0.0.10(gre)', TCP4],
  ['GRE with a key', ipv4(47, gre(0x86dd, inner6, { key: true })), '10.0.0.1>10.0.0.10(gre)', UDP6],
  [
    'GRE with everything',
    ipv4(47, gre(0x0800, inner4, { checksum: true, key: true, sequence: true })),
    '10.0.0.1>10.0.0.10(gre)',
    TCP4,
  ],
  [
    'GRE with Ethernet over IPv6',
    ipv6(47, gre(0x6558, ethernet(0x86dd, inner6), { sequence: true })),
    'fd00::1>fd00::10(gre)',
    UDP6,
  ],
  [
    'VXLAN',
    ipv4(17, udp(50000, 4789, vxlan(ethernet(0x0800, inner4)))),
    '10.0.0.1:50000>10.0.0.10:4789(udp)',
    TCP4,
  ],
  [
    'VXLAN on its old port',
    ipv4(17, udp(50000, 8472, vxlan(ethernet(0x86dd, inner6)))),
    '10.0.0.1:50000>10.0.0.10:8472(udp)',
    UDP6,
  ],
  [
    'VXLAN with a VLAN',
    ipv6(17, udp(50000, 4789, vxlan(ethernet(0x0800, inner4, [[0x8100, 7]])))),
    '[fd00::1]:50000>[fd00::10]:4789(udp)',
    TCP4,
  ],
  [
    'VXLAN with two VLANs',
    ipv4(
      17,
      udp(
        50000,
        4789,
        vxlan(
          ethernet(0x86dd, inner6, [
            [0x88a8, 7],
            [0x8100, 8],
          ]),
        ),
      ),
    ),
    '10.0.0.1:50000>10.0.0.10:4789(udp)',
    UDP6,
  ],
  [
    'Geneve',
    ipv4(17, udp(50000, 6081, geneve(0x6558, ethernet(0x0800, inner4)))),
    '10.0.0.1:50000>10.0.0.10:6081(udp)',
    TCP4,
  ],
  [
    'Geneve with options and no Ethernet',
    ipv6(17, udp(50000, 6081, geneve(0x86dd, inner6, 12))),
    '[fd00::1]:50000>[fd00::10]:6081(udp)',
    UDP6,
  ],
  [
    'IPIP in VXLAN',
    ipv4(
      17,
      udp(
        50000,
        4789,
        vxlan(ethernet(0x0800, ipv4(4, inner4, { source: '172.16.0.1', destination: '172.16.0.2' }))),
      ),
    ),
    '10.0.0.1:50000>10.0.0.10:4789(udp)',
    '172.16.0.1>172.16.0.2(ipip)',
    TCP4,
  ],
  [
    'SRv6 twice',
    ipv6(43, segmentRouting(41, ['fc00::1'], ipv6(43, segmentRouting(4, ['fc00::3'], inner4), INSIDE6))),
    'fd00::1>fd00::10(ipv6)',
    'fd01::1>fd01::2(ipip)',
    TCP4,
  ],
];

/** With headers in which nothing that can be read further is inside. */
const noTunnels: readonly Named[] = [
  ['GRE with ARP', ipv4(47, gre(0x0806, new Uint8Array(28))), '10.0.0.1>10.0.0.10(gre)'],
  [
    'VXLAN with ARP',
    ipv4(17, udp(50000, 4789, vxlan(ethernet(0x0806, new Uint8Array(28))))),
    '10.0.0.1:50000>10.0.0.10:4789(udp)',
  ],
];

/** Packets, and the tuples of each and of those inside it, the outermost first. */
export const KNOWN = [...plain, ...plain6, ...tunnels, ...noTunnels].map(
  ([name, bytes, ...tuples]) => [name, bytes, tuples] as const,
);
