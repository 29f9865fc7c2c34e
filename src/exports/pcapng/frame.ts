// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Snap, VlanTag } from '../../core/packet-bytes.js';

/** What a frame has before its packet: two addresses and an EtherType; and what a VLAN tag adds. */
const HEADER = 14;
const ADDRESSES = 12;
const TAG = 4;
/** What a frame may have more than the bytes that were recorded. */
export const MOST_ADDED = HEADER + TAG;

/** ARPHRD_ETHER, ARPHRD_LOOPBACK: devices whose headers are those of Ethernet. */
const ETHERNET_LINKS = [1, 772];

/** EtherTypes. */
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TAGS = [0x8100, 0x88a8];
/** For local experiments: the bytes are no packet yet that has a network header. */
const EXPERIMENTAL = 0x88b5;

/** A frame as viewers get it. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly length: number;
  /** its Ethernet header was made up */
  readonly isMadeUp: boolean;
}

const u16At = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/**
 * True if the bytes begin with an Ethernet header: that of an Ethernet device, or one that ends where the network
 * header begins and names its protocol. A device that has no such headers may have been given a packet that still
 * has that of another one.
 */
function hasEthernet({ bytes, mac, network, link, protocol }: Snap): boolean {
  if (bytes.length < HEADER) return false;
  const isOfDevice = mac !== null && link !== null && ETHERNET_LINKS.includes(link);
  if (isOfDevice && (network === null || network >= HEADER)) return true;
  if (network === null || network < HEADER) return false;
  const type = u16At(bytes, ADDRESSES);
  if (network === HEADER) return type === protocol && protocol !== 0;
  return TAGS.includes(type) && u16At(bytes, network - 2) === protocol;
}

/** The EtherType of a packet that has no Ethernet header. */
function etherType(packet: Uint8Array, { network, protocol }: Snap): number {
  if (network === null) return EXPERIMENTAL;
  if (protocol !== 0) return protocol;
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4) return IPV4;
  return version === 6 ? IPV6 : EXPERIMENTAL;
}

function madeUp(snap: Snap): Frame {
  const start = snap.network ?? 0;
  const packet = snap.bytes.subarray(start);
  const bytes = new Uint8Array(HEADER + packet.length);
  new DataView(bytes.buffer).setUint16(ADDRESSES, etherType(packet, snap));
  bytes.set(packet, HEADER);
  return { bytes, length: Math.max(snap.length - start, packet.length) + HEADER, isMadeUp: true };
}

/** Puts a tag, which the kernel keeps beside the bytes, where it was, or will be, on the wire. */
function tagged({ bytes, length, isMadeUp }: Frame, tag: VlanTag): Frame {
  const made = new Uint8Array(bytes.length + TAG);
  made.set(bytes.subarray(0, ADDRESSES));
  const view = new DataView(made.buffer);
  view.setUint16(ADDRESSES, tag.protocol);
  view.setUint16(ADDRESSES + 2, tag.tci);
  made.set(bytes.subarray(ADDRESSES), ADDRESSES + TAG);
  return { bytes: made, length: length + TAG, isMadeUp };
}

/** The frame of a packet; of an event without bytes only a header. */
export function frameOf(snap: Snap | null): Frame {
  if (snap === null) {
    const bytes = new Uint8Array(HEADER);
    new DataView(bytes.buffer).setUint16(ADDRESSES, EXPERIMENTAL);
    return { bytes, length: HEADER, isMadeUp: true };
  }
  const { bytes, length, tag } = snap;
  const frame = hasEthernet(snap)
    ? { bytes, length: Math.max(length, bytes.length), isMadeUp: false }
    : madeUp(snap);
  return tag === null ? frame : tagged(frame, tag);
}
