// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { PROTOCOL } from './protocols.js';

/** In place of an offset or a value: the bytes do not reach so far, or packets of this kind have none. */
export const NONE = -1;

/** The headers of one IP packet in bytes that may end anywhere; offsets are into the view that was read. Filled in, and used again. */
export class Headers {
  /** 4 or 6; 0 before anything was read */
  version = 0;
  /** of the IP header, which is there up to its destination address */
  ip = 0;
  /** of the upper layer, behind extension headers; of the first extension header that is cut off, if one is */
  protocol = 0;
  /** of the upper layer's header, of which at least one byte is there; NONE in a later fragment too */
  transport = NONE;
  /** where in the whole packet a fragment begins, in bytes; 0: no fragment, or the first */
  fragment = 0;
  /** of the first byte that is not there */
  end = 0;
}

const IPV4_SIZE = 20;
const IPV6_SIZE = 40;
const FRAGMENT_SIZE = 8;

/**
 * Reads the IP packet whose header starts at byte `at`, of which `length` bytes are there. False, with `into` as it was, if
 * these are no IP packet or do not hold its addresses. Lengths in headers are not looked at: many functions see a packet
 * before its length is filled in, and large GSO packets have none.
 */
export function readHeaders(view: DataView, at: number, length: number, into: Headers): boolean {
  const end = Math.min(at + length, view.byteLength);
  return at < end && readIp(view, at, end, view.getUint8(at) >> 4, into);
}

/** The same for bytes up to `end` that must hold this version of IP. */
export function readIp(view: DataView, at: number, end: number, version: number, into: Headers): boolean {
  const size = version === 4 ? IPV4_SIZE : IPV6_SIZE;
  if (at + size > end || view.getUint8(at) >> 4 !== version) return false;
  if (version === 4) return readIpv4(view, at, end, into);
  if (version !== 6) return false;
  start(into, 6, at, end);
  readExtensions(view, view.getUint8(at + 6), at + IPV6_SIZE, into);
  return true;
}

function readIpv4(view: DataView, at: number, end: number, into: Headers): boolean {
  const size = (view.getUint8(at) & 15) * 4;
  if (size < IPV4_SIZE) return false;
  start(into, 4, at, end);
  into.fragment = (view.getUint16(at + 6) & 0x1fff) * 8;
  readExtensions(view, view.getUint8(at + 9), at + size, into);
  return true;
}

function start(into: Headers, version: number, at: number, end: number): void {
  into.version = version;
  into.ip = at;
  into.end = end;
  into.fragment = 0;
}

/** Goes over extension headers, from one of this protocol at `at`, to the upper layer. */
function readExtensions(view: DataView, first: number, at: number, into: Headers): void {
  let protocol = first;
  while (into.fragment === 0 && isExtension(protocol, into.version)) {
    if (at + FRAGMENT_SIZE > into.end) break; // the shortest of them have as many bytes
    if (protocol === PROTOCOL.fragment) into.fragment = view.getUint16(at + 2) & 0xfff8;
    const size = extensionSize(protocol, view.getUint8(at + 1));
    protocol = view.getUint8(at);
    at += size;
  }
  into.protocol = protocol;
  const isThere = into.fragment === 0 && at < into.end && !isExtension(protocol, into.version);
  into.transport = isThere ? at : NONE;
}

/** Bytes of an extension header, by its own field for that. */
function extensionSize(protocol: number, field: number): number {
  if (protocol === PROTOCOL.fragment) return FRAGMENT_SIZE;
  return protocol === PROTOCOL.auth ? (field + 2) * 4 : (field + 1) * 8;
}

function isExtension(protocol: number, version: number): boolean {
  switch (protocol) {
    case PROTOCOL.auth:
      return true;
    case PROTOCOL.hopByHop:
    case PROTOCOL.routing:
    case PROTOCOL.fragment:
    case PROTOCOL.destination:
      return version === 6;
    default:
      return false;
  }
}
