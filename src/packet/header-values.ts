// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { type Headers, NONE } from './headers.js';
import { PROTOCOL } from './protocols.js';

/**
 * Reads one value of a packet; NONE if it is beyond the available bytes, or packets of this kind do not have
 * it.
 */
export type PacketReader = (view: DataView, headers: Headers) => number;

function hasPorts(protocol: number): boolean {
  switch (protocol) {
    case PROTOCOL.tcp:
    case PROTOCOL.udp:
    case PROTOCOL.sctp:
    case PROTOCOL.dccp:
    case PROTOCOL.udplite:
      return true;
    default:
      return false;
  }
}

const isTcp = (protocol: number): boolean => protocol === PROTOCOL.tcp;
const isIcmp = (protocol: number): boolean => protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;

/** Reads a value of `size` bytes, `offset` bytes into the header, for protocols that have it. */
function transportReader(
  has: (protocol: number) => boolean,
  offset: number,
  size: number,
  read: (view: DataView, at: number) => number,
): PacketReader {
  return (view, { transport, protocol, end }) => {
    const isThere = transport !== NONE && has(protocol) && transport + offset + size <= end;
    return isThere ? read(view, transport + offset) : NONE;
  };
}

const uint8 = (view: DataView, at: number): number => view.getUint8(at);
const uint16 = (view: DataView, at: number): number => view.getUint16(at);
const uint32 = (view: DataView, at: number): number => view.getUint32(at);

export const sourcePort = transportReader(hasPorts, 0, 2, uint16);
export const destinationPort = transportReader(hasPorts, 2, 2, uint16);

export const tcpSequence = transportReader(isTcp, 4, 4, uint32);
/** The value in the header, even if the flag ACK is not set. */
export const tcpAcknowledgment = transportReader(isTcp, 8, 4, uint32);
/** Nine bits: FIN is 1, CWR 0x80, AE 0x100. */
export const tcpFlags = transportReader(isTcp, 12, 2, (view, at) => uint16(view, at) & 0x1ff);

export const icmpType = transportReader(isIcmp, 0, 1, uint8);
export const icmpCode = transportReader(isIcmp, 1, 1, uint8);

/** IPv4 time to live, or IPv6 hop limit. */
export const ttl: PacketReader = (view, { ip, version }) => view.getUint8(ip + (version === 4 ? 8 : 7));

/** IPv4 identification; NONE for IPv6. */
export const ipId: PacketReader = (view, { ip, version }) => (version === 4 ? view.getUint16(ip + 4) : NONE);
