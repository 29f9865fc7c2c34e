// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { FrameOptions } from '../../src/core/export-kinds.js';
import type { Snap } from '../../src/core/packet-bytes.js';
import type { Summary } from '../../src/core/summary.js';
import { batchWithBytes, BYTES_LAYOUT, snapOf } from '../support/packets/bytes.js';
import { exported } from '../support/packets/exported.js';
import { recordingOf } from '../support/packets/recorded.js';
import type { Event } from '../support/packets/rows.js';
import { packetsIn, type ShownPacket } from '../support/pcapng/packets.js';

const MACS = '0200000000010200000000ff';
const IP = '45000014';
const ETHERNET = `${MACS}0800${IP}`;
const bytesOf = (hex: string): Buffer => Buffer.from(hex, 'hex');
/** A packet with an Ethernet header, as a device has it. */
const ON_DEVICE = { bytes: bytesOf(ETHERNET), mac: 0, network: 14, data: 0, protocol: 0x0800 };
const MADE_UP = '0'.repeat(24);

type Seen = Event & { readonly snap: Snap | null };

async function framesOf(
  events: readonly Seen[],
  frames: FrameOptions = { interfaces: 'function' },
  lost = 0,
): Promise<ShownPacket[]> {
  const { traced } = await recordingOf('function');
  const own = { ...traced, fields: [], further: [], layout: BYTES_LAYOUT, snaplen: 256 };
  const summary = { lost } as Summary;
  return packetsIn(exported('pcapng', own, [batchWithBytes(events)], summary, frames));
}

async function frameOf(snap: Partial<Snap>): Promise<ShownPacket> {
  const [frame] = await framesOf([{ packet: 1n, time: 5n, snap: snapOf(snap) }]);
  if (frame === undefined) throw new Error('no frame');
  return frame;
}

describe('a frame of pcapng', () => {
  it.each<[string, Partial<Snap>, string]>([
    ['as the device has it', ON_DEVICE, ETHERNET],
    [
      'with the tag that the kernel keeps beside the bytes',
      { ...ON_DEVICE, tag: { protocol: 0x88a8, tci: 0x2005 } },
      `${MACS}88a820050800${IP}`,
    ],
    [
      'with a tag that is in the bytes, once',
      { ...ON_DEVICE, bytes: bytesOf(`${MACS}810000050800${IP}`), network: 18 },
      `${MACS}810000050800${IP}`,
    ],
    [
      'with two tags, the outer beside the bytes',
      {
        ...{ ...ON_DEVICE, bytes: bytesOf(`${MACS}810000050800${IP}`), network: 18 },
        tag: { protocol: 0x88a8, tci: 7 },
      },
      `${MACS}88a80007810000050800${IP}`,
    ],
    [
      'of a packet that has no MAC header yet, with one of zeros',
      { bytes: bytesOf(IP), mac: null, network: 0, data: 0, protocol: 0x0800 },
      `${MADE_UP}0800${IP}`,
    ],
    [
      'of a device without Ethernet, from the network header on',
      { bytes: bytesOf(`ffff${IP}`), mac: 0, network: 2, data: 2, link: 768, protocol: 0x0800 },
      `${MADE_UP}0800${IP}`,
    ],
    [
      'of a tunnel whose packet says no protocol, by the version of its IP header',
      { bytes: bytesOf('60000000'), mac: null, network: 0, data: 0, link: 769, protocol: 0 },
      `${MADE_UP}86dd60000000`,
    ],
    [
      'of a packet whose device has no Ethernet, with the header of the device before',
      { ...ON_DEVICE, link: 65534, data: 14 },
      ETHERNET,
    ],
    [
      'of data without a network header, as experimental',
      { bytes: bytesOf('abcd'), mac: null, network: null, data: 0, protocol: 0x0800 },
      `${MADE_UP}88b5abcd`,
    ],
    [
      'of a tunnel, with what is in front of the packet',
      { ...ON_DEVICE, bytes: bytesOf(`${ETHERNET}0000${IP}`), data: 0 },
      `${ETHERNET}0000${IP}`,
    ],
  ])('is %s', async (_, snap, expected) => {
    const { bytes, length, comments } = await frameOf(snap);
    expect(bytes).toBe(expected);
    expect(length).toBe(expected.length / 2);
    expect(comments.includes('ethernet=made-up')).toBe(expected.startsWith(MADE_UP));
  });

  it('has the length of the packet, and what was added', async () => {
    expect((await frameOf({ ...ON_DEVICE, length: 1514 })).length).toBe(1514);
    const tag = { protocol: 0x8100, tci: 1 };
    expect((await frameOf({ ...ON_DEVICE, length: 1514, tag })).length).toBe(1518);
    const bare = { bytes: bytesOf(IP), mac: null, network: 0, data: 0, protocol: 0x0800, length: 1500 };
    expect((await frameOf(bare)).length).toBe(1514);
  });

  it('of a packet longer than viewers take says so only with --patch-length', async () => {
    const long = [{ packet: 1n, time: 5n, snap: snapOf({ ...ON_DEVICE, length: 300_000 }) }];
    expect((await framesOf(long))[0]).toMatchObject({ length: 300_000 });
    const [patched] = await framesOf(long, { interfaces: 'function', patchLength: true });
    expect(patched?.length).toBe(262_144);
    expect(patched?.comments).toContain('length=300000');
  });

  it.each<[string, Partial<Snap>, number]>([
    ['sent, before it has a MAC header', { mac: null }, 2],
    ['sent, whose data begin with the MAC header', { mac: 0, data: 0 }, 2],
    ['a copy for a tap of what is sent', { mac: 0, data: 14, type: 4 }, 2],
    ['received for this host', { mac: 0, data: 14, type: 0, iif: 2 }, 1 | (1 << 2)],
    ['received as broadcast', { mac: 0, data: 14, type: 1, iif: 2 }, 1 | (3 << 2)],
    ['received as multicast', { mac: 0, data: 14, type: 2, iif: 2 }, 1 | (2 << 2)],
    ['received for another host', { mac: 0, data: 14, type: 3, iif: 2 }, 1 | (4 << 2)],
    ['forwarded by another device', { mac: 0, data: 14, iif: 3, ifindex: 2 }, 2],
    ['received, whose MAC header is gone', { mac: null, iif: 3 }, 0],
  ])('has the direction in its flags: %s', async (_, snap, flags) => {
    expect((await frameOf({ ...ON_DEVICE, ...snap })).flags).toBe(flags);
  });

  it('says which bytes are missing', async () => {
    expect((await frameOf({ ...ON_DEVICE, isCut: true })).comments).toContain('bytes=linear');
    const [none] = await framesOf([{ packet: 1n, time: 5n, snap: null }]);
    expect(none).toMatchObject({ bytes: `${MADE_UP}88b5`, queue: null });
    expect(none?.comments).toContain('bytes=none');
  });
});

describe('the frames of pcapng', () => {
  const before = snapOf({ ...ON_DEVICE, queue: 4 });
  const after = snapOf({ ...ON_DEVICE, bytes: bytesOf(ETHERNET.replace('0200000000ff', '0200000000fe')) });
  const way: Seen[] = [
    { packet: 1n, time: 1n, snap: before },
    { packet: 2n, time: 2n, snap: before },
    { packet: 1n, time: 3n, snap: before },
    { packet: 1n, time: 4n, snap: null },
    { packet: 1n, time: 5n, snap: { ...after, ifindex: 3, ifname: 'eth1' } },
    { packet: 1n, time: 6n, snap: { ...after, ifindex: 3, ifname: 'eth1' } },
    { packet: 1n, time: 7n, snap: after, isDrop: true },
    { packet: 2n, time: 8n, snap: before, isReturn: true },
    { packet: 1n, time: 9n, snap: after, isHidden: true, isLast: true },
    { packet: 1n, time: 10n, snap: after },
  ];

  it('are, by device, where a packet’s bytes change and where it is dropped', async () => {
    const frames = await framesOf(way, {});
    expect(frames.map(({ id, interface: name }) => [id, name])).toEqual([
      [1n, 'eth0'],
      [2n, 'eth0'],
      [1n, 'eth1'],
      [1n, 'eth0'],
      [1n, 'eth0'],
    ]);
    expect(frames[0]?.queue).toBe(4);
    expect(frames[3]?.comments[1]).toMatch(/^drop=/);
  });

  it('are, by function, one for each call and drop', async () => {
    const frames = await framesOf(way);
    const shown = way.filter(({ isReturn, isHidden }) => isReturn !== true && isHidden !== true);
    expect(frames.map(({ id }) => id)).toEqual(shown.map(({ packet }) => packet));
    expect(new Set(frames.map((frame) => frame.interface)).size).toBe(2);
  });

  it('are in front of the number of lost events, which the last one has', async () => {
    expect((await framesOf(way)).map(({ dropped }) => dropped)).toEqual(Array(8).fill(null));
    const dropped = (await framesOf(way, {}, 17)).map((frame) => frame.dropped);
    expect(dropped).toEqual([null, null, null, null, 17n]);
  });
});
