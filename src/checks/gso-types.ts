// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { EnumMembers } from '../core/column.js';

/** Bits of gso_type as this kernel numbers them; 0: it has no such kind. */
export interface GsoTypes {
  /** TCP over IPv4 and over IPv6 */
  readonly tcp4: number;
  readonly tcp6: number;
  /** UDP datagrams of the same size (UDP_SEGMENT) */
  readonly udp: number;
  /** the packet is inside another one, whose header each segment gets */
  readonly tunnel: number;
  /** from an untrusted source: gso_segs has to be worked out */
  readonly dodgy: number;
  /** encrypted: the headers that GSO cuts behind cannot be read */
  readonly encrypted: number;
  /** segments whose sizes do not follow from gso_size */
  readonly uneven: number;
  /** kinds that a device has a feature for, its bit being that of gso_type shifted by `featureShift` */
  readonly offered: number;
  /** bit of a device's features for the lowest bit of gso_type */
  readonly featureShift: number;
}

const TUNNELS = ['GRE', 'GRE_CSUM', 'IPXIP4', 'IPXIP6', 'UDP_TUNNEL', 'UDP_TUNNEL_CSUM'];
const UNEVEN = ['UDP', 'FRAGLIST', 'PARTIAL', 'ESP', 'SCTP', 'FCOE', 'TUNNEL_REMCSUM'];
const OFFERED = ['TCPV4', 'TCPV6', 'TCP_ECN', 'UDP_L4', 'FRAGLIST', ...TUNNELS];

/** `gso` and `features`: the kernel's enums of SKB_GSO_* and of NETIF_F_*; null: unknown. */
export function gsoTypesOf(gso: EnumMembers | null, features: EnumMembers | null): GsoTypes {
  const valueOf = (members: EnumMembers | null, name: string): number =>
    members?.values[members.names.indexOf(name)] ?? 0;
  const bits = (...names: readonly string[]): number =>
    names.reduce((all, name) => all | valueOf(gso, `SKB_GSO_${name}`), 0);
  const featureShift = valueOf(features, 'NETIF_F_GSO_SHIFT');
  return {
    tcp4: bits('TCPV4'),
    tcp6: bits('TCPV6'),
    udp: bits('UDP_L4'),
    tunnel: bits(...TUNNELS),
    dodgy: bits('DODGY'),
    encrypted: bits('ESP'),
    uneven: bits(...UNEVEN),
    offered: featureShift === 0 ? 0 : bits(...OFFERED),
    featureShift,
  };
}
