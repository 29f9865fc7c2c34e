// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { type Headers, NONE, readIp } from './headers.js';
import { PROTOCOL } from './protocols.js';

const ETHERTYPE = {
  ipv4: 0x0800,
  /** an Ethernet frame as the payload of GRE or Geneve */
  bridging: 0x6558,
  vlan: 0x8100,
  ipv6: 0x86dd,
  serviceVlan: 0x88a8,
} as const;

/** Flags of a GRE header, and the mask of its version. */
const GRE = { checksum: 0x8000, routing: 0x4000, key: 0x2000, sequence: 0x1000, version: 7 } as const;
/** Flags of a VXLAN header: `id` says that it has a VNI, `groupPolicy` that it has a group policy. */
const VXLAN = { id: 0x08, groupPolicy: 0x80 } as const;

const GENEVE_PORT = 6081;
const VXLAN_PORT = 4789;
/** Linux's default port for VXLAN. */
const OLD_VXLAN_PORT = 8472;

const UDP_SIZE = 8;
/** Size of a VXLAN header, and of a Geneve header without options. */
const TUNNEL_SIZE = 8;
/** Size of an Ethernet header before its type. */
const MAC_SIZE = 12;
const VLAN_SIZE = 4;

/**
 * Reads the next IP packet inside `outer`: in IP in IP, IPv6 in IPv4 and vice versa, SRv6, GRE, VXLAN or
 * Geneve, and after an Ethernet header with VLAN tags inside those. The packet quoted by an ICMP error does
 * not count. `into` may be `outer`; each call goes one level deeper. Returns false, leaving `into` unchanged,
 * if there is no inner packet or its addresses are not available.
 */
export function readInner(view: DataView, outer: Headers, into: Headers): boolean {
  const { transport: at, end } = outer;
  if (at === NONE) return false;
  switch (outer.protocol) {
    case PROTOCOL.ipip:
      return readIp(view, at, end, 4, into);
    case PROTOCOL.ipv6:
      return readIp(view, at, end, 6, into);
    case PROTOCOL.ethernet:
      return readFrame(view, at, end, into);
    case PROTOCOL.gre:
      return at + 4 <= end && readGre(view, at, end, into);
    case PROTOCOL.udp:
      return at + UDP_SIZE + TUNNEL_SIZE <= end && readUdpTunnel(view, at, end, into);
    default:
      return false;
  }
}

/** RFC 2784 and 2890. */
function readGre(view: DataView, at: number, end: number, into: Headers): boolean {
  const flags = view.getUint16(at);
  if ((flags & (GRE.routing | GRE.version)) !== 0) return false;
  let size = 4;
  if ((flags & GRE.checksum) !== 0) size += 4;
  if ((flags & GRE.key) !== 0) size += 4;
  if ((flags & GRE.sequence) !== 0) size += 4;
  return readPayload(view, view.getUint16(at + 2), at + size, end, into);
}

function readUdpTunnel(view: DataView, udp: number, end: number, into: Headers): boolean {
  const at = udp + UDP_SIZE;
  switch (view.getUint16(udp + 2)) {
    case VXLAN_PORT:
    case OLD_VXLAN_PORT:
      return isVxlan(view.getUint8(at)) && readFrame(view, at + TUNNEL_SIZE, end, into);
    case GENEVE_PORT:
      return readGeneve(view, at, end, into);
    default:
      return false;
  }
}

/** Linux drops packets with other flags. */
const isVxlan = (flags: number): boolean => (flags & ~VXLAN.groupPolicy) === VXLAN.id;

/** RFC 8926. */
function readGeneve(view: DataView, at: number, end: number, into: Headers): boolean {
  const first = view.getUint8(at);
  const version = first >> 6;
  const options = (first & 0x3f) * 4;
  return version === 0 && readPayload(view, view.getUint16(at + 2), at + TUNNEL_SIZE + options, end, into);
}

function readFrame(view: DataView, at: number, end: number, into: Headers): boolean {
  for (let type = at + MAC_SIZE; type + 2 <= end; type += VLAN_SIZE) {
    const ethertype = view.getUint16(type);
    if (ethertype !== ETHERTYPE.vlan && ethertype !== ETHERTYPE.serviceVlan)
      return ethertype !== ETHERTYPE.bridging && readPayload(view, ethertype, type + 2, end, into);
  }
  return false;
}

function readPayload(view: DataView, ethertype: number, at: number, end: number, into: Headers): boolean {
  switch (ethertype) {
    case ETHERTYPE.ipv4:
      return readIp(view, at, end, 4, into);
    case ETHERTYPE.ipv6:
      return readIp(view, at, end, 6, into);
    case ETHERTYPE.bridging:
      return readFrame(view, at, end, into);
    default:
      return false;
  }
}
