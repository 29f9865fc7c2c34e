// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { DropsShown } from '../../src/api/drops-shown.js';
import {
  CLONE,
  COALESCED,
  COPY,
  FRAGMENT,
  GRO,
  REBUILT,
  SEGMENT,
  SHIFTED,
  SPLIT,
} from '../../src/core/abi.js';
import type { ColumnContext } from '../../src/core/column.js';
import type { DroppedPackets } from '../../src/core/dropped-packets.js';
import { droppedPackets } from '../../src/core/dropped.js';
import { MAX_HELD } from '../../src/core/packets-in-flight.js';
import { outputs } from '../../src/outputs/index.js';
import { createOutput } from '../../src/results/render.js';
import { lineSchema } from '../../src/results/schema.js';
import { kin } from '../support/packets/relatives.js';
import { batchOf, CONTEXT, pack, textOf, type Event } from '../support/packets/rows.js';
import { parsedLines, validator } from '../support/schema/validate.js';

const NAMES = [
  'ip_output',
  'kfree_skb_reason',
  'skb_push',
  'packet_rcv',
  'br_forward',
  '__copy_skb_header',
  'tcp_wfree',
];
const [OUTPUT = 0, FREE = 0, PUSH = 0, TAP = 0, BRIDGE = 0, HEADER = 0, WFREE = 0] = NAMES.keys();
const PLACES = ['__dev_queue_xmit', 'packet_rcv', 'skb_queue_purge', 'ip_rcv_core'];
const REASONS = ['SKB_NOT_DROPPED_YET', 'SKB_CONSUMED', 'QDISC_DROP', 'OTHERHOST'];
const [QDISC, OTHERHOST] = [2, 3];

const KERNEL: ColumnContext = {
  ...CONTEXT,
  names: NAMES,
  modules: NAMES.map(() => 'vmlinux'),
  symbol: (address) => `${PLACES[Number(address)]}+0x1c5`,
  dropReason: (reason) => REASONS[reason] ?? null,
  hasDropReasons: () => true,
};

let time = 0n;
const at = (event: Event): Event => ({ len: 84, ...event, time: ++time });
const call = (packet: bigint, name = OUTPUT): Event => at({ packet, function: name });
const drop = (packet: bigint, place = 0, reason = QDISC, more: Event = {}): Event =>
  at({ ...more, packet, address: BigInt(place), reason, isDrop: true });
const end = (packet: bigint): Event => at({ packet, isHidden: true, isLast: true });
const relate = (packet: bigint, parent: bigint, kinship: number, more: Event = {}): Event =>
  at({ ...kin(packet, parent, kinship, more), isRelation: true });
const clone = (packet: bigint, parent: bigint): Event => relate(packet, parent, CLONE);

function open(id = 'aggregate', follows = true) {
  const descriptor = outputs.get(id);
  if (descriptor === undefined) throw new Error(`no output ${id}`);
  const packets = droppedPackets(KERNEL, follows);
  const output = createOutput(descriptor, KERNEL, { dropped: packets, follows });
  const put = (...events: Event[]): string => textOf([output.batch(batchOf(pack(events)))]);
  return { put, packets, rest: () => textOf(output.results()) };
}

/** What the packets are that are shown: numbers, for outputs of JSON. */
const shownIn = (text: string): number[] =>
  (text === '' ? [] : parsedLines(text)).flatMap(
    (line) => (line as { drop?: { packet: number } }).drop?.packet ?? [],
  );

/** What is shown of all these rows in one batch, and in a batch each; both must be the same. */
function judged(...events: Event[]): { live: number[]; atEnd: number[]; packets: DroppedPackets } {
  const [one, each] = [open('json'), open('json')];
  const live = shownIn(one.put(...events));
  expect(events.flatMap((event) => shownIn(each.put(event)))).toEqual(live);
  const counts = one.packets.counts();
  const atEnd = shownIn(one.rest());
  expect(shownIn(each.rest())).toEqual(atEnd);
  expect([one.packets.counts(), one.packets.held]).toEqual([counts, 0]);
  expect(counts.packets).toBe(live.length + atEnd.length);
  return { live, atEnd, packets: one.packets };
}

describe('a dropped clone', () => {
  it('of a tap is no drop if its parent goes on, whatever becomes of that', () => {
    const events = [call(1n), clone(2n, 1n), call(2n, TAP), drop(2n, 1), end(2n)];
    expect(judged(...events, call(1n))).toMatchObject({ live: [], atEnd: [] });
    expect(judged(...events, call(1n), drop(1n), end(1n))).toMatchObject({ live: [1], atEnd: [] });
    const { packets } = judged(...events, call(1n), end(1n));
    expect(packets.counts()).toEqual({ packets: 0, omitted: 4 });
    // queued, and not read when the tap is closed
    const unread = [call(2n, TAP), call(2n, PUSH), drop(2n, 2), end(2n)];
    const lost = [call(1n), drop(1n), end(1n)];
    expect(judged(call(1n), clone(2n, 1n), ...lost, ...unread)).toMatchObject({ live: [1] });
    // cloned by the tap itself
    const own = [call(1n), call(1n, TAP), call(1n, PUSH), clone(2n, 1n)];
    expect(judged(...own, ...lost, drop(2n, 2), end(2n))).toMatchObject({ live: [1] });
  });

  it.each([CLONE, COPY])('(%i) is none if its parent ends otherwise than by a drop', (kind) => {
    const events = [call(1n), relate(2n, 1n, kind), call(2n), drop(2n), end(2n)];
    expect(judged(...events, call(1n), end(1n))).toMatchObject({ live: [], atEnd: [] });
    expect(judged(...events, call(1n))).toMatchObject({ live: [], atEnd: [] });
    expect(judged(...events, call(1n), drop(1n), end(1n))).toMatchObject({ live: [2, 1] });
    expect(judged(...events, call(1n), drop(1n, 0, 1), end(1n))).toMatchObject({ live: [] });
  });

  it('is one if nobody sees its parent go on: it is freed, is silent, or unknown', () => {
    const last = [drop(2n), end(2n)];
    for (const name of [FREE, HEADER, WFREE, PUSH, TAP, 77])
      expect(judged(call(1n), clone(2n, 1n), ...last, call(1n, name), end(1n))).toMatchObject({ live: [2] });
    const back = at({ packet: 1n, isReturn: true });
    expect(judged(call(1n), clone(2n, 1n), ...last, back, end(1n))).toMatchObject({ live: [2] });
    expect(judged(call(1n), clone(2n, 1n), ...last)).toMatchObject({ live: [], atEnd: [2] });
    expect(judged(clone(2n, 1n), ...last, call(1n))).toMatchObject({ live: [2] });
    expect(judged(...last)).toMatchObject({ live: [2] });
    const kept = [relate(1n, 9n, SPLIT), clone(2n, 1n)];
    expect(judged(...kept, ...last, call(3n))).toMatchObject({ live: [2] });
    expect(judged(call(1n), relate(2n, 1n, REBUILT), ...last, call(1n))).toMatchObject({ live: [2] });
  });

  it('is none if its parent is a segment that nobody has seen before', () => {
    const seen = [relate(1n, 9n, SEGMENT), clone(2n, 1n), drop(2n, 1), end(2n)];
    expect(judged(call(9n), ...seen, call(1n))).toMatchObject({ live: [] });
  });

  it('is none if its parent is freed and the data goes on in that one’s parent', () => {
    const events = [call(1n), clone(2n, 1n), call(2n), clone(3n, 2n), end(2n), drop(3n), end(3n)];
    expect(judged(...events, call(1n), end(1n))).toMatchObject({ live: [], atEnd: [] });
    expect(judged(...events, end(1n))).toMatchObject({ live: [3] });
  });

  it('is none if what it was cloned from is another host’s, and a bridge has sent on the clone', () => {
    const up = [call(1n), drop(1n, 3, OTHERHOST), end(1n)];
    expect(judged(call(1n), clone(2n, 1n), call(2n, BRIDGE), ...up, end(2n))).toMatchObject({ live: [] });
    expect(judged(call(1n), clone(2n, 1n), call(2n, TAP), ...up, end(2n))).toMatchObject({ live: [1] });
    // unless the clone is dropped, which is shown
    const lost = [drop(2n), end(2n)];
    expect(judged(call(1n), clone(2n, 1n), call(2n, BRIDGE), ...up, ...lost)).toMatchObject({ live: [2] });
  });

  it('waits for its parent, and no longer than there is room', () => {
    const { put, packets } = open('json');
    const many = Array<Event>(MAX_HELD / 4).fill(call(2n));
    put(call(1n), clone(2n, 1n), ...many);
    expect(put(drop(2n), end(2n))).toBe('');
    expect([packets.held, packets.counts()]).toEqual([MAX_HELD / 4 + 2, { packets: 1, omitted: 1 }]);
    expect(shownIn(put(call(3n)))).toEqual([2]);
    expect([packets.held, packets.shownInFlight, packets.omitted]).toEqual([2, 0, 0]);
  });

  it('is a drop if relatives are not followed', () => {
    const { put, packets } = open('json', false);
    const text = put(call(1n), call(2n, TAP), drop(2n, 1, QDISC, kin(2n, 1n, CLONE)), end(2n), call(1n));
    expect(shownIn(text)).toEqual([2]);
    expect(text).not.toContain('parent');
    expect(packets.counts()).toEqual({ packets: 1, omitted: 2 });
  });
});

describe('the line about a drop', () => {
  const dropped = (packet: bigint, more: Event): Event[] => [
    at({ ...more, packet, function: OUTPUT }),
    drop(packet, 0, QDISC, more),
    end(packet),
  ];
  const linesOf = (events: readonly Event[]): string[] =>
    open()
      .put(...events)
      .split('\n')
      .filter((line) => line.startsWith('dropped by'));
  const WHERE = 'dropped by __dev_queue_xmit+0x1c5: QDISC_DROP';
  const segment = (packet: bigint, part: number): Event => kin(packet, 12n, SEGMENT, { part, ofParts: 40 });
  const fragment = (packet: bigint, parent: bigint, part: number): Event =>
    kin(packet, parent, FRAGMENT, { part });
  const related = (event: Event): Event => at({ ...event, isRelation: true });

  it('says which segment it is, and how many are dropped so far', () => {
    const [one, two] = [segment(13n, 7), segment(14n, 9)];
    const events = [
      call(12n),
      related(one),
      related(two),
      end(12n),
      ...dropped(14n, two),
      ...dropped(13n, one),
    ];
    expect(linesOf(events)).toEqual([
      `${WHERE}; segment 9/40 of #12; 1 of 40 segments of #12 so far`,
      `${WHERE}; segment 7/40 of #12; 2 of 40 segments of #12 so far`,
    ]);
  });

  it('says so of a clone of a segment, and counts the segment once', () => {
    const part = segment(13n, 7);
    const bridged = kin(15n, 13n, CLONE);
    const rebuilt = kin(16n, 15n, REBUILT);
    const before = [call(12n), related(part), call(13n), related(bridged), related(rebuilt)];
    expect(linesOf([...before, ...dropped(13n, part), ...dropped(16n, rebuilt)])).toEqual([
      `${WHERE}; segment 7/40 of #12; 1 of 40 segments of #12 so far`,
      `${WHERE}; rebuilt of #15, segment 7/40 of #12; 1 of 40 segments of #12 so far`,
    ]);
  });

  it('counts fragments, each of which may be made from the one before', () => {
    const parts = [fragment(13n, 12n, 1), fragment(14n, 13n, 1), fragment(15n, 12n, 2)];
    const [one = {}, two = {}, three = {}] = parts;
    const events = [call(12n), ...parts.map(related), ...dropped(13n, one), ...dropped(14n, two)];
    expect(linesOf([...events, ...dropped(15n, three)])).toEqual([
      `${WHERE}; fragment 1 of #12; 1 fragment of #12 so far`,
      `${WHERE}; fragment of #13; 2 fragments of #12 so far`,
      `${WHERE}; fragment 2 of #12; 3 fragments of #12 so far`,
    ]);
  });

  it('says how many others are lost with it, whose segments count, too', () => {
    const [one, two, three] = [segment(13n, 1), segment(14n, 2), segment(15n, 3)];
    const before = [call(12n), related(one), related(two), related(three)];
    const merges = [relate(14n, 15n, GRO), relate(13n, 14n, COALESCED)];
    expect(linesOf([...before, ...merges, end(14n), end(15n), ...dropped(13n, one)])).toEqual([
      `${WHERE}; segment 1/40 of #12; 3 of 40 segments of #12 so far; with the data of 2 others`,
    ]);
    expect(linesOf([relate(20n, 21n, SHIFTED), ...dropped(20n, {})])).toEqual([
      `${WHERE}; with the data of 1 other`,
    ]);
  });

  it('says nothing of this to packets without relatives', () => {
    expect(linesOf(dropped(20n, {}))).toEqual([WHERE]);
  });

  it('has in JSON, and for scripts, members for what applies', () => {
    const part = segment(13n, 7);
    const bridged = kin(15n, 13n, CLONE);
    const events = [
      ...[call(12n), related(part), call(13n), related(bridged), relate(15n, 30n, GRO)],
      ...[
        ...dropped(13n, part),
        ...dropped(15n, bridged),
        ...dropped(20n, {}),
        ...dropped(21n, kin(21n, 4n, 99)),
      ],
    ];
    const known = ['packet', 'packet_id', 'timestamp', 'location', 'function', 'reason', 'cause'];
    const expected = [
      { parent: 12, relation: 'segment', part: 7, of: 40, part_of: 12, dropped_parts: 1 },
      { parent: 13, relation: 'clone', part: 7, of: 40, part_of: 12, dropped_parts: 1, merged: 1 },
      {},
      { parent: 4, relation: null },
    ];
    const lines = parsedLines(open('json').put(...events)).filter((line) => 'drop' in (line as object));
    for (const line of lines) expect(validator(lineSchema('drop'), { isClosed: true })(line)).toBe('');
    const drops = lines.map((line) => (line as { drop: object }).drop);
    const further = (object: object): object =>
      Object.fromEntries(Object.entries(object).filter(([key]) => !known.includes(key)));
    expect(drops.map(further)).toEqual(expected);
    const shown = new DropsShown(KERNEL, true);
    const ofScripts = shown.packets.take(batchOf(pack(events))).flatMap((packet) => {
      const { drops: offsets, kin: relatives } = shown.packets.split(packet);
      return [...offsets].map((offset) => further(shown.dropOf(packet.rows, offset, relatives)));
    });
    expect(ofScripts).toEqual(expected);
  });
});
