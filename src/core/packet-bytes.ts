// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { NO_PLACE, ROW_SIZE, SNAP, SNAP_CUT, SNAP_SIZE, SNAP_TAGGED } from './abi.js';
import type { Batch } from './batch.js';
import type { Layout, Read } from './reads.js';

/** `of` of PACKET_BYTES. */
export const OF_BYTES = 'packet bytes';
/**
 * Places in Batch.bytes, two u32: of the struct ipft_snap of a packet, and of its bytes; 0: there are none. The addon
 * puts them into a row; readers of capture files that do not know them take them for the data of an extension.
 */
export const PACKET_BYTES: Read = { kind: 'extra', of: OF_BYTES };

/** Bytes at the start of Batch.bytes that are no packet's. */
export const UNUSED_BYTES = 8;

/** What --snaplen keeps of a packet if it is given no number. */
export const DEFAULT_SNAPLEN = 256;

/** A VLAN tag that is not in the packet's bytes. */
export interface VlanTag {
  /** EtherType of the tag */
  readonly protocol: number;
  readonly tci: number;
}

/** A packet's bytes at an event: struct ipft_snap of bpf/ipft.h. Places are offsets in the bytes. */
export interface Snap {
  readonly bytes: Uint8Array;
  /** how many bytes there were without a limit */
  readonly length: number;
  /** of the MAC header; null: the skb has none */
  readonly mac: number | null;
  /** of the network header; null: the skb has none, or it is before the bytes */
  readonly network: number | null;
  /** of the skb's data */
  readonly data: number;
  /** type of the device, ARPHRD_*; null: there is no device */
  readonly link: number | null;
  /** EtherType, as the skb has it; 0: none */
  readonly protocol: number;
  readonly tag: VlanTag | null;
  readonly queue: number;
  /** PACKET_* of linux/if_packet.h */
  readonly type: number;
  /** fragments could not be read */
  readonly isCut: boolean;
  /** of the device; 0: there is none */
  readonly ifindex: number;
  readonly ifname: string;
  /** the device that has received the packet; 0: none */
  readonly iif: number;
  /** inode of the device's network namespace; 0: unknown */
  readonly netns: number;
}

/** Returns where rows of a layout have the places of their packet's bytes, from the row's start; null: nowhere. */
export function offsetOfBytes(layout: Layout): number | null {
  const placed = layout.reads.find(({ read }) => read.kind === 'extra' && read.of === OF_BYTES);
  return placed === undefined ? null : ROW_SIZE + placed.dataOffset;
}

const place = (value: number): number | null => (value === NO_PLACE ? null : value);

/** Where in Batch.bytes a packet's bytes are, and what is said of them. */
export interface BytesPlace {
  readonly snap: number;
  readonly bytes: number;
  /** number of the bytes */
  readonly size: number;
}

/** The place that a row has for its packet's bytes, at `at`; null: it has none, or none that can be. */
export function bytesPlace(rows: DataView, at: number, view: DataView | undefined): BytesPlace | null {
  const [snap, bytes] = [rows.getUint32(at, true), rows.getUint32(at + 4, true)];
  if (view === undefined || Math.min(snap, bytes) < UNUSED_BYTES || snap + SNAP_SIZE > view.byteLength)
    return null;
  const size = view.getUint32(snap + SNAP.captured, true);
  return bytes + size > view.byteLength ? null : { snap, bytes, size };
}

function nameIn(view: DataView, at: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, 16);
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? 16 : end)).toString('utf8');
}

function snapAt(view: DataView, { snap: at, bytes, size }: BytesPlace): Snap {
  const flags = view.getUint8(at + SNAP.flags);
  const word = (offset: number): number => view.getUint16(at + offset, true);
  const number = (offset: number): number => view.getUint32(at + offset, true);
  const tag = { protocol: view.getUint16(at + SNAP.vlan_protocol), tci: word(SNAP.vlan_tci) };
  return {
    bytes: new Uint8Array(view.buffer, view.byteOffset + bytes, size),
    length: number(SNAP.length),
    mac: place(word(SNAP.mac)),
    network: place(word(SNAP.network)),
    data: word(SNAP.data),
    link: place(word(SNAP.link)),
    protocol: view.getUint16(at + SNAP.protocol),
    tag: (flags & SNAP_TAGGED) === 0 ? null : tag,
    queue: word(SNAP.queue),
    type: view.getUint8(at + SNAP.type),
    isCut: (flags & SNAP_CUT) !== 0,
    ifindex: number(SNAP.ifindex),
    ifname: nameIn(view, at + SNAP.ifname),
    iif: number(SNAP.iif),
    netns: number(SNAP.netns),
  };
}

/** Returns a reader of the bytes of the packet in the row at byte `at` of a batch; null: the row has none. */
export function snapReader(
  layout: Layout,
): (batch: Pick<Batch, 'rows' | 'bytes'>, at: number) => Snap | null {
  const offset = offsetOfBytes(layout);
  if (offset === null) return () => null;
  return ({ rows, bytes }, at) => {
    const found = bytesPlace(rows, at + offset, bytes);
    return found === null || bytes === undefined ? null : snapAt(bytes, found);
  };
}
