// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { LoopConsumer } from '../../src/api/loop.js';
import type { Decode } from '../../src/results/decode.js';
import type { TraceEvent } from '../../src/columns/event-types.js';
import { batchOf, pack } from '../support/packets/rows.js';

const EVENT: TraceEvent = {
  packet_id: '0x1',
  packet: 1,
  timestamp: 1n,
  processor_id: 0,
  module: 'vmlinux',
  function: 'ip_rcv',
  is_return: false,
  len: 84,
  gso_type: '',
  gso_size: 0,
  gso_segs: 0,
  mark: 1,
};
const decode: Decode<TraceEvent> = ({ count }) => Array.from({ length: count }, () => EVENT);

const HALF = 200_000;
/** So many events of a packet that does not end. */
const events = (packet: bigint, count: number) =>
  batchOf(pack(Array.from({ length: count }, () => ({ packet }))));

it('flushes the oldest packet when too many events are held, and counts it', async () => {
  const consumer = new LoopConsumer();
  const packets = consumer.packets(decode);
  const first = packets.next();
  consumer.take(events(1n, HALF), HALF);
  consumer.take(events(2n, HALF), HALF);
  expect(consumer.cut).toBe(0);
  consumer.take(events(2n, 1), 1);
  const { value } = await first;
  expect([value?.complete, value?.events.length, consumer.cut]).toEqual([false, HALF, 1]);
  await consumer.finish();
  expect((await packets.next()).value?.events.length).toBe(HALF + 1);
  expect((await packets.next()).done).toBe(true);
  expect([consumer.cut, consumer.dropped]).toEqual([1, 0]);
});

it('flushes no packet early after the end of the trace, when the summary is final', async () => {
  const consumer = new LoopConsumer();
  for (const packet of [1n, 2n, 3n]) consumer.take(events(packet, HALF), HALF);
  await consumer.finish();
  const counts: number[] = [];
  for await (const packet of consumer.packets(decode)) counts.push(packet.events.length);
  expect([counts, consumer.cut]).toEqual([[HALF, HALF, HALF], 0]);
});
