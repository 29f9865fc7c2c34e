// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  BLOCK_HEADER_SIZE,
  FILE_HEADER_SIZE,
  KIND,
  readBlockHeader,
  TRAILER_SIZE,
} from '../../src/capture/format.js';
import { SNAP_SIZE } from '../../src/core/abi.js';
import { wantedRows, type Batch } from '../../src/core/batch.js';
import { offsetOfBytes, snapReader, type Snap } from '../../src/core/packet-bytes.js';
import type { Traced } from '../../src/core/traced.js';
import { batchWithBytes, BYTES_LAYOUT, snapOf } from '../support/packets/bytes.js';
import { batchesIn, captureOf, readAll } from '../support/packets/captured.js';
import { recordingOf } from '../support/packets/recorded.js';
import { Random } from '../support/random.js';

const OFFSET = offsetOfBytes(BYTES_LAYOUT) ?? 0;

const readSnap = snapReader(BYTES_LAYOUT);

/** The bytes of each row of a batch. */
const snapsOf = (batch: Batch): (Snap | null)[] =>
  Array.from({ length: batch.count }, (_, row) => readSnap(batch, row * batch.rowSize));

async function traceWithBytes(): Promise<Traced> {
  const { traced } = await recordingOf('function');
  return { ...traced, fields: null, further: [], layout: BYTES_LAYOUT, snaplen: 256 };
}

/** Where the blocks of a kind begin, and how long they are. */
function blocksOf(file: Buffer, kind: number): { readonly at: number; readonly length: number }[] {
  const found = [];
  for (let at = FILE_HEADER_SIZE; at < file.length - TRAILER_SIZE;) {
    const header = readBlockHeader(file, at);
    if (header === null) throw new Error(`no block at ${at}`);
    if (header.kind === kind) found.push({ at, length: header.length });
    at += BLOCK_HEADER_SIZE + header.size;
  }
  return found;
}

const FIRST = snapOf({
  bytes: Buffer.from('the first packet'),
  length: 1500,
  ...{ mac: null, network: 4, data: 4, link: null, protocol: 0x86dd, tag: { protocol: 0x8100, tci: 0x2005 } },
  ...{ queue: 3, type: 4, isCut: true, ifindex: 9, ifname: 'a234567890123456', iif: 8, netns: 4026531840 },
});
const SECOND = snapOf({ bytes: Buffer.from('another one') });
const EVENTS = [
  { packet: 1n, time: 5n, snap: FIRST },
  { packet: 2n, time: 6n, snap: SECOND },
  { packet: 1n, time: 7n, snap: FIRST },
  { packet: 1n, time: 8n, snap: null },
  { packet: 2n, time: 9n, snap: { ...SECOND, queue: 1 } },
];

describe('packets’ bytes in a capture file', () => {
  it('are read as they were written', async () => {
    const file = await captureOf(await traceWithBytes(), [batchWithBytes(EVENTS), batchWithBytes(EVENTS)]);
    const { reader, items } = await readAll(file);
    expect(reader.description.snaplen).toBe(256);
    const read = batchesIn(items).flatMap(snapsOf);
    const written = EVENTS.map(({ snap }) => snap);
    expect(read).toHaveLength(10);
    [...written, ...written].forEach((snap, row) => {
      const own = read[row] ?? null;
      expect(own === null ? null : { ...own, bytes: Buffer.from(own.bytes).toString() }).toEqual(
        snap === null ? null : { ...snap, bytes: Buffer.from(snap.bytes).toString() },
      );
    });
  });

  it('are there once as long as a packet’s do not change', async () => {
    const sizeOf = async (events: typeof EVENTS): Promise<number | undefined> =>
      blocksOf(await captureOf(await traceWithBytes(), [batchWithBytes(events)]), KIND.bytes)[0]?.length;
    const [first, second] = EVENTS;
    if (first === undefined || second === undefined) throw new Error('no events');
    const once = await sizeOf([first, second]);
    expect(await sizeOf([first, second, first, first, second])).toBe(once);
    const other = { ...first, snap: { ...FIRST, type: 0 } };
    expect(await sizeOf([first, second, other])).toBe((once ?? 0) + SNAP_SIZE);
  });

  it('of many are split into several blocks', async () => {
    const random = new Random();
    const events = Array.from({ length: 6000 }, (_, index) => ({
      packet: BigInt(index),
      time: BigInt(index),
      snap: snapOf({ bytes: Buffer.from(Array.from({ length: 1000 }, () => random.below(256))) }),
    }));
    const batches = [0, 1, 2].map((part) => batchWithBytes(events.slice(part * 2000, (part + 1) * 2000)));
    const file = await captureOf(await traceWithBytes(), batches);
    const read = batchesIn((await readAll(file)).items).flatMap(snapsOf);
    expect(read).toHaveLength(6000);
    expect(blocksOf(file, KIND.bytes).length).toBeGreaterThan(1);
    for (const index of [0, 1999, 2000, 5999])
      expect(Buffer.from(read[index]?.bytes ?? [])).toEqual(Buffer.from(events[index]?.snap.bytes ?? []));
  });

  it('that are damaged are missing, and are no others’', async () => {
    const file = await captureOf(await traceWithBytes(), [
      batchWithBytes(EVENTS),
      batchWithBytes(EVENTS.map((event) => ({ ...event, time: event.time + 10n }))),
    ]);
    const [first, second] = blocksOf(file, KIND.bytes);
    if (first === undefined || second === undefined) throw new Error('no blocks of bytes');
    const flipped = (at: number): Buffer => {
      const copy = Buffer.from(file);
      copy.writeUInt8(copy.readUInt8(at + BLOCK_HEADER_SIZE + 1) ^ 1, at + BLOCK_HEADER_SIZE + 1);
      return copy;
    };
    const there = async (bytes: Buffer): Promise<(boolean[] | undefined)[]> => {
      const { reader, items } = await readAll(bytes);
      expect(reader.faults.damaged).toBe(1);
      return batchesIn(items).map((batch) => snapsOf(batch).map((snap) => snap !== null));
    };
    const [all, none] = [EVENTS.map(({ snap }) => snap !== null), EVENTS.map(() => false)];
    expect(await there(flipped(first.at))).toEqual([none, all]);
    expect(await there(flipped(second.at))).toEqual([all, none]);
    const rows = blocksOf(file, KIND.rows)[0];
    expect(await there(flipped(rows?.at ?? 0))).toEqual([all]);
  });

  it('at places that are not there are none', () => {
    const batch = batchWithBytes(EVENTS);
    const { rows, bytes } = batch;
    const [snap, place] = [rows.getUint32(OFFSET, true), rows.getUint32(OFFSET + 4, true)];
    const size = bytes?.byteLength ?? 0;
    for (const far of [0, 1, size - 1, size, 0xfffffff0]) {
      rows.setUint32(OFFSET, far, true);
      expect(readSnap(batch, 0)).toBeNull();
      rows.setUint32(OFFSET, snap, true);
      rows.setUint32(OFFSET + 4, far, true);
      expect(readSnap(batch, 0)).toBeNull();
      rows.setUint32(OFFSET + 4, place, true);
    }
    bytes?.setUint32(snap, 0xffffffff, true);
    expect(readSnap(batch, 0)).toBeNull();
  });
});

it('a batch without hidden rows keeps its packets’ bytes', () => {
  const batch = batchWithBytes([...EVENTS, { packet: 1n, isHidden: true, isLast: true, snap: null }]);
  const kept = wantedRows(batch, { ends: false, drops: false });
  expect(kept.count).toBe(EVENTS.length);
  expect(snapsOf(kept)).toEqual(snapsOf(batch).slice(0, EVENTS.length));
});
