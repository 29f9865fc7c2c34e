// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { ROW_SIZE } from '../../src/core/abi.js';
import { len } from '../../src/core/row.js';
import { FollowedPackets } from '../../src/run/show/followed-packets.js';
import { pack, type Event } from '../support/packets/rows.js';

/** Which of the events are of packets that are followed from a length of 100 on. */
function followed(events: readonly (Event & { readonly isUnselected?: boolean })[]): boolean[] {
  const packets = new FollowedPackets((rows, at) => len(rows, at) >= 100);
  const rows = pack(events);
  return events.map(({ isUnselected = false }, index) => packets.has(rows, index * ROW_SIZE, !isUnselected));
}

it('a packet is followed from the first match to its end, whatever it is later', () => {
  const [packet, time] = [5n, 1n];
  expect(
    followed([
      { packet, time, len: 10 },
      { packet, time, len: 100 },
      { packet, time, len: 10 },
      { packet: 6n, time, len: 10 },
      { packet, time, len: 10, isDrop: true },
      { packet, time, len: 10, isLast: true },
      { packet, time, len: 10 },
    ]),
  ).toEqual([false, true, true, false, true, true, false]);
});

it('only calls of selected functions are tested', () => {
  expect(
    followed([
      { packet: 1n, len: 100, isUnselected: true },
      { packet: 1n, len: 100, isDrop: true },
      { packet: 1n, len: 100, isHidden: true },
      { packet: 1n, len: 100, isReturn: true },
      { packet: 1n, len: 100 },
      { packet: 1n, len: 100, isUnselected: true },
    ]),
  ).toEqual([false, false, false, false, true, true]);
});

it('a return is shown if its call was', () => {
  expect(
    followed([
      { packet: 1n, time: 10n, len: 10 },
      { packet: 1n, time: 20n, len: 100 },
      { packet: 1n, time: 30n, duration: 10n, isReturn: true },
      { packet: 1n, time: 40n, duration: 30n, isReturn: true },
    ]),
  ).toEqual([false, true, true, false]);
});

it('what is made of a packet that is followed is followed, also after its end', () => {
  expect(
    followed([
      { packet: 1n, len: 100 },
      { packet: 2n, parent: 1n, isRelation: true },
      { packet: 2n, len: 10 },
      { packet: 3n, parent: 2n, isRelated: true, isFirst: true, len: 10 },
      { packet: 1n, len: 10, isLast: true },
      { packet: 4n, parent: 1n, isRelated: true, isFirst: true, len: 10, isLast: true },
      { packet: 6n, parent: 5n, isRelated: true, isFirst: true, len: 10 },
    ]),
  ).toEqual([true, true, true, true, true, true, false]);
});

it('of packets that have ended the oldest are forgotten', () => {
  const ended = Array.from({ length: 66_000 }, (_, index): Event => {
    return { packet: BigInt(index + 1), len: 100, isLast: true };
  });
  const childOf = (parent: bigint): Event => ({
    packet: 100_000n + parent,
    parent,
    isRelated: true,
    len: 10,
  });
  expect(followed([...ended, childOf(1n), childOf(66_000n)]).slice(-2)).toEqual([false, true]);
});
