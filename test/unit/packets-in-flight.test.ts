// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { ROW } from '../../src/core/abi.js';
import type { Batch } from '../../src/core/batch.js';
import type { PacketEvents } from '../../src/core/packet-events.js';
import { PacketsInFlight } from '../../src/core/packets-in-flight.js';
import { batchOf, pack } from '../support/packets/rows.js';

const BATCH = 1000;
const BATCHES = 400;
const ALL = BATCH * BATCHES;

const rows = batchOf(pack(Array.from({ length: BATCH }, () => ({}))));

/** One event of each of some packets, the first of which has the number `first`. */
function calls(first: number): Batch {
  for (let row = 0; row < BATCH; row++)
    rows.rows.setBigUint64(row * rows.rowSize + ROW.packet, BigInt(first + row), true);
  return rows;
}

/** Packets that do not end, with one event each. */
function manyPackets(): PacketsInFlight {
  const packets = new PacketsInFlight();
  for (let batch = 0; batch < BATCHES; batch++) expect(packets.take(calls(1 + batch * BATCH))).toEqual([]);
  return packets;
}

describe('hundreds of thousands of packets in flight', () => {
  it('take little memory each', () => {
    const before = process.memoryUsage().arrayBuffers;
    const packets = manyPackets();
    expect(packets.held).toBe(ALL);
    expect((process.memoryUsage().arrayBuffers - before) / ALL).toBeLessThan(1024);
  });

  it('are shown in time for the next ones, the oldest first, and at the end', () => {
    const packets = manyPackets();
    const shown: PacketEvents[] = [];
    for (let batch = 0; batch < BATCHES; batch++) shown.push(...packets.take(calls(1 + ALL + batch * BATCH)));
    expect([shown.length, packets.held, packets.cut]).toEqual([ALL, ALL, ALL]);
    expect([...packets.rest()]).toHaveLength(ALL);
    expect(packets.held).toBe(0);
  });
});
