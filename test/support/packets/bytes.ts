// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { NO_PLACE, ROW_SIZE, SNAP, SNAP_CUT, SNAP_SIZE, SNAP_TAGGED } from '../../../src/core/abi.js';
import type { Batch } from '../../../src/core/batch.js';
import { PACKET_BYTES, UNUSED_BYTES, type Snap } from '../../../src/core/packet-bytes.js';
import { layOut } from '../../../src/core/reads.js';
import { pack, type Event } from './rows.js';

/** Rows with nothing but the place of their packet's bytes. */
export const BYTES_LAYOUT = layOut([PACKET_BYTES], () => {
  throw new Error('nobody reads a path');
});

const NOTHING: Snap = {
  ...{ bytes: new Uint8Array(), length: 0, mac: 0, network: null, data: 0, link: 1, protocol: 0, tag: null },
  ...{ queue: 0, type: 0, isCut: false, ifindex: 2, ifname: 'eth0', iif: 0, netns: 7 },
};

/** A packet's bytes, as an Ethernet device has them. */
export const snapOf = (snap: Partial<Snap>): Snap => ({
  ...NOTHING,
  length: snap.bytes?.length ?? 0,
  ...snap,
});

function packSnap(view: DataView, at: number, snap: Snap): void {
  const { bytes, length, mac, network, data, link, protocol, tag } = snap;
  const u16 = (offset: number, value: number | null): void =>
    view.setUint16(at + offset, value ?? NO_PLACE, true);
  view.setUint32(at + SNAP.captured, bytes.length, true);
  view.setUint32(at + SNAP.length, length, true);
  u16(SNAP.mac, mac);
  u16(SNAP.network, network);
  u16(SNAP.data, data);
  u16(SNAP.link, link);
  view.setUint16(at + SNAP.protocol, protocol);
  view.setUint16(at + SNAP.vlan_protocol, tag?.protocol ?? 0);
  u16(SNAP.vlan_tci, tag?.tci ?? 0);
  u16(SNAP.queue, snap.queue);
  view.setUint8(at + SNAP.type, snap.type);
  view.setUint8(at + SNAP.flags, (tag === null ? 0 : SNAP_TAGGED) | (snap.isCut ? SNAP_CUT : 0));
  view.setUint32(at + SNAP.ifindex, snap.ifindex, true);
  view.setUint32(at + SNAP.iif, snap.iif, true);
  view.setUint32(at + SNAP.netns, snap.netns, true);
  const own = new Uint8Array(view.buffer, at);
  own.set(Buffer.from(snap.ifname, 'utf8').subarray(0, 16), SNAP.ifname);
  own.set(bytes, SNAP_SIZE);
}

const toWords = (size: number): number => Math.ceil(size / 8) * 8;

/** Events and the bytes of their packets, as the addon hands them over; null: an event has none. */
export function batchWithBytes(events: readonly (Event & { readonly snap: Snap | null })[]): Batch {
  const { rowSize } = BYTES_LAYOUT;
  const packed = new Uint8Array(pack(events).buffer);
  const rows = new DataView(new ArrayBuffer(events.length * rowSize));
  const sizes = events.map(({ snap }) => (snap === null ? 0 : toWords(SNAP_SIZE + snap.bytes.length)));
  const bytes = new DataView(new ArrayBuffer(sizes.reduce((sum, size) => sum + size, UNUSED_BYTES)));
  let place = UNUSED_BYTES;
  events.forEach(({ snap }, row) => {
    new Uint8Array(rows.buffer).set(packed.subarray(row * ROW_SIZE, (row + 1) * ROW_SIZE), row * rowSize);
    if (snap === null) return;
    rows.setUint32(row * rowSize + ROW_SIZE + 8, place, true);
    rows.setUint32(row * rowSize + ROW_SIZE + 12, place + SNAP_SIZE, true);
    packSnap(bytes, place, snap);
    place += sizes[row] ?? 0;
  });
  return { rows, count: events.length, rowSize, bytes };
}
