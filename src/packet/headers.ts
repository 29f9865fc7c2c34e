// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { PROTOCOL } from './protocols.js';

/**
 * Stands for an offset or a value that is beyond the available bytes, or that packets of this kind do not
 * have.
 */
export const NONE = -1;

/**
 * Locates the headers of one IP packet in bytes that may end anywhere; offsets are relative to the view that
 * was read. The object is reused for further packets.
 */
export class Headers {
  /** 4 or 6; 0 before a packet was read */
  version = 0;
  /** offset of the IP header, which is available up to its destination address */
  ip = 0;
  /**
   * protocol of the upper layer, after extension headers; if an extension header is truncated, its protocol
   */
  protocol = 0;
  /**
   * offset of the upper layer's header, of which at least one byte is available; NONE if there is none, and
   * in later fragments
   */
  transport = NONE;
  /** offset of a fragment in the whole packet, in bytes; 0: not a fragment, or the first one */
  fragment = 0;
  /** offset after the last available byte */
  end = 0;
}

const IPV4_SIZE = 20;
const IPV6_SIZE = 40;
const FRAGMENT_SIZE = 8;

/**
 * Reads the IP packet whose header starts at byte `at`, of which `length` bytes are available. Returns false,
 * leaving `into` unchanged, if the bytes are not an IP packet or do not include its addresses. Length fields
 * are ignored: many functions see a packet before its length is filled in, and large GSO packets have none.
 */
export function readHeaders(view: DataView, at: number, length: number, into: Headers): boolean {
  const end = Math.min(at + length, view.byteLength);
  return at < end && readIp(view, at, end, view.getUint8(at) >> 4, into);
}

/** Like readHeaders(), for bytes up to `end` that must be a packet of this IP version. */
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

/** Skips extension headers, the first one of this protocol at `at`, up to the upper layer. */
function readExtensions(view: DataView, first: number, at: number, into: Headers): void {
  let protocol = first;
  while (into.fragment === 0 && isExtension(protocol, into.version)) {
    if (at + FRAGMENT_SIZE > into.end) break; // the shortest extension headers have the same size
    if (protocol === PROTOCOL.fragment) into.fragment = view.getUint16(at + 2) & 0xfff8;
    const size = extensionSize(protocol, view.getUint8(at + 1));
    protocol = view.getUint8(at);
    at += size;
  }
  into.protocol = protocol;
  const isThere = into.fragment === 0 && at < into.end && !isExtension(protocol, into.version);
  into.transport = isThere ? at : NONE;
}

/** Size of an extension header in bytes, from the value of its length field. */
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
