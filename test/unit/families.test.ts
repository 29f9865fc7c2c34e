// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { CLONE, COALESCED, COPY, GRO, REPLY, SEGMENT } from '../../src/core/abi.js';
import { FamiliesInFlight } from '../../src/core/families-in-flight.js';
import { outputs } from '../../src/outputs/index.js';
import { createOutput } from '../../src/results/render.js';
import { batchOf, CONTEXT, pack, textOf, type Event } from '../support/packets/rows.js';

/** What -o aggregate --family writes while tracing, and at the end; [] for no lines. */
function write(...batches: (readonly Event[])[]): [string[], string[]] {
  const descriptor = outputs.get('aggregate');
  if (descriptor === undefined) throw new Error('no output aggregate');
  const output = createOutput(descriptor, CONTEXT, { follows: true, families: true });
  const live = batches.map((events) => textOf([output.batch(batchOf(pack(events)))])).join('');
  return [live, textOf(output.results())].map((text) => text.split('\n').slice(0, -1)) as [
    string[],
    string[],
  ];
}

const call = (packet: bigint, time: bigint, len: number, more: Event = {}): Event => ({
  ...{ packet, time, len, function: 1, isRelated: more.parent !== undefined },
  ...more,
});
const relate = (child: bigint, parent: bigint, kinship: number, time: bigint, more: Event = {}): Event => ({
  ...{ packet: child, parent, kinship, time, isRelation: true, bytes: 3000 },
  ...more,
});
const end = (packet: bigint, time: bigint): Event => ({ packet, time, isHidden: true, isLast: true });

/** The line of a call. */
const line = (time: number, len: number): string =>
  `${time} 0000                        ip_output (len: ${len})`;

describe('a family', () => {
  it('is a tree: each packet stands below the event after which it was made', () => {
    const events = [
      call(1n, 1n, 3000),
      relate(2n, 1n, CLONE, 2n),
      call(2n, 3n, 3000),
      call(1n, 4n, 3000),
      relate(3n, 2n, SEGMENT, 5n, { part: 1, ofParts: 2 }),
      relate(4n, 2n, SEGMENT, 6n, { part: 2, ofParts: 2 }),
      call(3n, 7n, 1500),
      call(4n, 8n, 1500),
      call(2n, 9n, 3000),
      ...[end(1n, 2_000_000n), end(2n, 11n), end(3n, 12n), end(4n, 13n)],
    ];
    const text = [
      '=== family of #1',
      '#1',
      line(1, 3000),
      '  #2: clone of #1',
      `  ${line(3, 3000)}`,
      '    #3: segment 1/2 of #2',
      `    ${line(7, 1500)}`,
      '    #4: segment 2/2 of #2',
      `    ${line(8, 1500)}`,
      `  ${line(9, 3000)}`,
      line(4, 3000),
      '--- 4 skbs, 2 segments, 0 copies, 3000 bytes in, 3000 bytes out, 0.000 ms',
    ];
    expect(write(events)).toEqual([text, []]);
    expect(write(events.slice(0, -1))).toEqual([[], text]);
    expect(write(events.slice(0, 5), events.slice(5))).toEqual([text, []]);
  });

  it('has a line at both packets where one takes the data of the other', () => {
    const events = [
      call(1n, 1n, 3000),
      relate(2n, 1n, SEGMENT, 2n, { part: 1, ofParts: 2 }),
      relate(3n, 1n, SEGMENT, 3n, { part: 2, ofParts: 2 }),
      call(2n, 4n, 1500),
      call(3n, 5n, 1500),
      relate(2n, 3n, GRO, 6n, { bytes: 1500 }),
      call(2n, 7n, 2900),
    ];
    expect(write(events)[1]).toEqual([
      '=== family of #1',
      '#1',
      line(1, 3000),
      '  #2: segment 1/2 of #1',
      `  ${line(4, 1500)}`,
      '  <- #3: gro, 1500 bytes',
      `  ${line(7, 2900)}`,
      '  #3: segment 2/2 of #1',
      `  ${line(5, 1500)}`,
      '  -> #2: gro, 1500 bytes',
      '--- 3 skbs, 2 segments, 0 copies, 3000 bytes in, 2900 bytes out, 0.000 ms',
    ]);
  });

  it('has answers of the kernel, which are no part of its bytes', () => {
    const events = [
      call(1n, 1n, 100),
      relate(2n, 1n, REPLY, 2n),
      call(2n, 3n, 60),
      relate(3n, 2n, CLONE, 4n),
      call(3n, 5n, 60),
      call(1n, 6n, 80),
    ];
    expect(write(events)[1]).toEqual([
      '=== family of #1',
      '#1',
      line(1, 100),
      '  #2: reply of #1',
      `  ${line(3, 60)}`,
      '    #3: clone of #2',
      `    ${line(5, 60)}`,
      line(6, 80),
      '--- 3 skbs, 0 segments, 0 copies, 1 replies, 100 bytes in, 80 bytes out, 0.000 ms',
    ]);
  });

  it('of two ancestors is one since a packet of the one has taken data of the other', () => {
    const events = [
      call(1n, 1n, 100),
      call(2n, 2n, 200),
      relate(3n, 1n, COPY, 3n),
      call(3n, 4n, 100),
      call(9n, 4n, 5),
      relate(3n, 2n, COALESCED, 5n, { bytes: 200 }),
      call(3n, 1_500_000n, 300),
      ...[end(1n, 6n), end(2n, 7n)],
    ];
    const text = [
      '=== family of #1 #2',
      '#1',
      line(1, 100),
      '  #3: copy of #1',
      `  ${line(4, 100)}`,
      '  <- #2: coalesced, 200 bytes',
      `  ${line(1_500_000, 300)}`,
      '#2',
      line(2, 200),
      '-> #3: coalesced, 200 bytes',
      '--- 3 skbs, 0 segments, 1 copies, 300 bytes in, 300 bytes out, 1.500 ms',
    ];
    const other = ['=== family of #9', '#9', line(4, 5), expect.stringMatching(/^--- 1 skbs, /) as string];
    expect(write(events)).toEqual([[], [...text, ...other]]);
    expect(write(events, [end(3n, 8n)])).toEqual([text, other]);
    expect(write(events, [end(9n, 8n)])).toEqual([other, text]);
  });

  it('has its ancestor, even if that is not shown itself', () => {
    const events = [
      relate(2n, 1n, CLONE, 1n),
      relate(3n, 2n, CLONE, 2n),
      call(3n, 3n, 60),
      ...[end(1n, 4n), end(2n, 5n), end(3n, 6n)],
    ];
    expect(write(events)).toEqual([
      [
        '=== family of #1',
        '#1: only its relatives are shown',
        '  #2: clone of #1, only its relatives are shown',
        '    #3: clone of #2',
        `    ${line(3, 60)}`,
        '--- 3 skbs, 0 segments, 0 copies, 60 bytes in, 60 bytes out, 0.000 ms',
      ],
      [],
    ]);
  });

  it('whose members are never shown is not written', () => {
    expect(write([relate(2n, 1n, CLONE, 1n), end(1n, 2n), end(2n, 3n)])).toEqual([[], []]);
    expect(write([relate(2n, 1n, CLONE, 1n)])).toEqual([[], []]);
  });

  it('says of a packet whose relation was lost that its parent is unknown', () => {
    expect(write([call(1n, 1n, 60, { isRelated: true })])[1][1]).toBe('#1: parent unknown');
    expect(write([call(5n, 1n, 60, { parent: 3n, kinship: CLONE })])[1][1]).toBe('#5: clone of #3');
  });

  it('is written before its end if too many events are held, the oldest first', () => {
    const families = new FamiliesInFlight();
    const batch = (...events: Event[]) => families.take(batchOf(pack(events)), 4);
    const numbers = (taken: ReturnType<typeof batch>) =>
      taken.map(({ members, isComplete }) => [...members.map(({ number }) => number), isComplete]);
    const first = [call(1n, 1n, 1), relate(3n, 1n, CLONE, 2n), call(2n, 3n, 1), call(3n, 4n, 1)];
    expect(numbers(batch(...first, call(2n, 5n, 1)))).toEqual([]);
    expect([families.held, families.cut]).toEqual([4, 0]);
    expect(numbers(batch(call(2n, 6n, 1)))).toEqual([[1, 3, false]]);
    expect([families.held, families.cut]).toEqual([3, 2]);
    expect(numbers(batch(call(3n, 7n, 1), end(2n, 8n)))).toEqual([[2, true]]);
    expect(numbers([...families.rest()])).toEqual([[3, false]]);
    expect([families.held, families.cut]).toEqual([0, 2]);
  });

  it('is given up if there are too many packets, though none of them is shown', () => {
    const families = new FamiliesInFlight();
    const pairs = [1n, 3n, 5n].map((number) => relate(number + 1n, number, CLONE, number));
    const taken = families.take(batchOf(pack(pairs)), 4);
    expect(taken.map(({ members }) => members.map(({ number }) => number))).toEqual([[1, 2]]);
    expect([families.held, families.cut]).toEqual([0, 2]);
  });

  it('counts those of its packets that had not ended, if it is written before its end', () => {
    const families = new FamiliesInFlight();
    const events = [call(1n, 1n, 1), relate(2n, 1n, CLONE, 2n), relate(3n, 1n, CLONE, 2n), end(3n, 3n)];
    families.take(batchOf(pack([...events, call(2n, 4n, 1), call(1n, 5n, 1)])), 2);
    expect([families.held, families.cut]).toEqual([0, 2]);
  });
});

describe('large families', () => {
  const MEMBERS = 10_000n;
  const numbers = Array.from({ length: Number(MEMBERS) - 1 }, (_, index) => BigInt(index) + 2n);

  it.each([
    ['a chain', (number: bigint) => number - 1n],
    ['children of one packet', () => 1n],
  ])('are written as a whole, with lines of bounded length: %s', (_, parentOf) => {
    const events = [
      call(1n, 1n, 60),
      ...numbers.flatMap((number) => [
        relate(number, parentOf(number), CLONE, number * 2n),
        call(number, number * 2n + 1n, 60),
      ]),
    ];
    const [live, rest] = write(events);
    expect(live).toEqual([]);
    expect(rest).toHaveLength(2 + 2 * Number(MEMBERS));
    expect(Math.max(...rest.map(({ length }) => length))).toBeLessThan(200);
    expect(rest.at(-2)).toMatch(/^ +20001 0000 +ip_output/);
    const ends = [1n, ...numbers].map((number) => end(number, 30_000n));
    expect(write([...events, ...ends])).toEqual([rest, []]);
  });

  it('are united by merges one by one', () => {
    const events = [1n, ...numbers].map((number) => call(number, number, 60));
    const merges = numbers.map((number) => relate(1n, number, GRO, 20_000n + number));
    const [, rest] = write([...events, ...merges]);
    expect(rest).toHaveLength(2 + 2 * Number(MEMBERS) + 2 * (Number(MEMBERS) - 1));
    expect(rest.filter((each) => each.startsWith('<- '))).toHaveLength(Number(MEMBERS) - 1);
  });

  it('are written at once when their last packet has ended', () => {
    const COUNT = 100_000;
    const members = Array.from({ length: COUNT }, (_, index) => BigInt(index) + 2n);
    const events = members.flatMap((number) => [relate(number, 1n, CLONE, number), call(number, number, 60)]);
    const ends = [1n, ...members].map((number) => end(number, 300_000n));
    const [live, rest] = write(events, ends);
    expect(live).toHaveLength(2 + 2 * COUNT + 1);
    expect(rest).toEqual([]);
  });

  it('take little memory for each member', () => {
    const COUNT = 100_000;
    const families = new FamiliesInFlight();
    const buffers = (): number => process.memoryUsage().arrayBuffers;
    const before = buffers();
    for (let number = 2n; number <= COUNT; number += 1000n) {
      const events = Array.from({ length: 1000 }, (_, index) => number + BigInt(index)).flatMap((each) => [
        relate(each, 1n, CLONE, each),
        call(each, each, 60),
      ]);
      expect(families.take(batchOf(pack(events)))).toEqual([]);
    }
    expect(families.held).toBe(COUNT);
    expect((buffers() - before) / COUNT).toBeLessThan(1024);
  });
});
