// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/columns/index.js';
import { CLONE, SEGMENT } from '../../src/core/abi.js';
import { type Column } from '../../src/core/column.js';
import { DroppedPackets } from '../../src/core/dropped-packets.js';
import { isDrop } from '../../src/core/row.js';
import { outputs } from '../../src/outputs/index.js';
import { createOutput, type RenderOptions } from '../../src/results/render.js';
import { call, EVENTS, kin } from '../support/packets/relatives.js';
import { batchOf, CONTEXT, pack, textOf, type Event } from '../support/packets/rows.js';

/** #16 is dropped. */
const CLONED_DROP: Event = { ...kin(16n, 12n, CLONE), isDrop: true };

const FOLLOWS: RenderOptions = { follows: true };

/** Everything that an output writes, and its Output.opening. */
function write(
  id: string,
  events: readonly Event[],
  options: RenderOptions = FOLLOWS,
): { text: string; opening: string | undefined } {
  const descriptor = outputs.get(id);
  if (descriptor === undefined) throw new Error(`no output ${id}`);
  const output = createOutput(descriptor, CONTEXT, options);
  const live = textOf([output.batch(batchOf(pack(events)))]);
  return { text: (output.head ?? '') + live + textOf(output.results()), opening: output.opening };
}

describe('aggregate', () => {
  const openings = (events: readonly Event[], options?: RenderOptions): string[] =>
    write('aggregate', events, options)
      .text.split('\n')
      .filter((line) => line.startsWith('==='));

  it('names packets that have relatives, and says what they are', () => {
    expect(openings(EVENTS)).toEqual([
      '=== #12',
      '=== #15: segment 2/40 of #12',
      '=== #16: clone of #12',
      '===',
      '=== #21: parent unknown',
      '=== #22',
      '=== #23',
    ]);
  });

  it('leaves out the number of segments if it is not known, and names relations of later kinds related', () => {
    const [part, later] = [kin(2n, 1n, SEGMENT, { part: 7 }), kin(3n, 1n, 99)];
    expect(openings([call(2n, part), call(3n, later)])).toEqual([
      '=== #2: segment 7 of #1',
      '=== #3: related of #1',
    ]);
  });

  it('names a packet once: what is shown of it later is a group of its own', () => {
    const clone = { ...kin(2n, 1n, CLONE), isRelation: true };
    const last = call(1n, { isLast: true });
    expect(openings([call(1n), clone, last, call(1n), { ...last }])).toEqual(['=== #1', '===']);
  });

  it('writes the same text as ever if no relatives are followed', () => {
    const plain = EVENTS.filter(({ isRelation }) => isRelation !== true).map(
      ({ packet = 0n, time = 0n }) => ({
        ...call(packet),
        time,
      }),
    );
    const { text, opening } = write('aggregate', plain, {});
    expect(write('aggregate', EVENTS, {})).toEqual({ text, opening });
    expect(text.split('\n').filter((line) => line.startsWith('==='))).toEqual(Array(7).fill('==='));
    expect(text).toContain('===\n3 0000                        ip_output (len: 84)\n===\n');
  });

  it.each([{}, FOLLOWS, { ...FOLLOWS, families: true }])(
    'lets files be rotated before a group: %j',
    (options) => {
      const { text, opening = 'none' } = write('aggregate', EVENTS, options);
      const groups = text.split('\n').filter((line) => line.startsWith('==='));
      expect(opening).toBe('===');
      expect(text.split('\n').filter((line) => line.startsWith(opening))).toEqual(groups);
      expect(text.startsWith(opening)).toBe(true);
    },
  );
});

describe('stream', () => {
  it('has the number of the parent beside that of the packet', () => {
    const numbers = write('stream', EVENTS)
      .text.trimEnd()
      .split('\n')
      .map((line) => line.trimStart().split(' ')[0]);
    expect(numbers).toEqual(['#12', '#15<12', '#16<12', '#16<12', '#20', '#21', '#22', '#23']);
  });
});

describe('json', () => {
  const objects = (events: readonly Event[], options?: RenderOptions): Record<string, unknown>[] =>
    write('json', events, options)
      .text.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const KEYS = ['packet', 'family', 'parent', 'relation', 'part', 'of'];
  const kinOf = (object: Record<string, unknown>): unknown =>
    Object.fromEntries(Object.entries(object).filter(([key]) => KEYS.includes(key)));

  it('has what a packet is at its first event, and a line for each relation', () => {
    const lines = objects(EVENTS);
    expect(lines.map((line) => ('relation' in line && !('function' in line) ? line : kinOf(line)))).toEqual([
      { packet: 12, family: 12 },
      {
        relation: {
          ...{ packet: 15, packet_id: '0xffff888003211000', timestamp: 2 },
          ...{ relation: 'segment', parent: 12, family: 12, part: 2, of: 40, bytes: 5764 },
        },
      },
      { packet: 15, family: 12, parent: 12, relation: 'segment', part: 2, of: 40 },
      {
        relation: {
          ...{ packet: 16, packet_id: '0xffff888003211000', timestamp: 4 },
          ...{ relation: 'clone', parent: 12, family: 12, bytes: 5764 },
        },
      },
      { packet: 16, family: 12, parent: 12, relation: 'clone' },
      { packet: 16 },
      { packet: 20, family: 20 },
      { packet: 21, family: 21, parent: null, relation: null },
      { packet: 22, family: 22 },
      { packet: 23, family: 23 },
      {
        relation: {
          ...{ packet: 23, packet_id: '0xffff888003211000', timestamp: 11 },
          ...{ relation: 'gro', parent: 22, family: 23, bytes: 60 },
        },
      },
    ]);
  });

  it('has no lines of relations with --events-only, and none of this if no relatives are followed', () => {
    const events = objects(EVENTS, { follows: true, eventsOnly: true });
    expect(events).toEqual(objects(EVENTS).filter((line) => 'function' in line));
    expect(objects(EVENTS, {}).map(kinOf)).toEqual(
      [12, 15, 16, 16, 20, 21, 22, 23].map((packet) => ({ packet })),
    );
  });

  it('has no lines of relations with --drops, and what a packet is at its first event', () => {
    const dropped = new DroppedPackets(isDrop);
    const drop = { ...CLONED_DROP, time: 20n, isLast: true };
    const lines = objects([...EVENTS, drop], { ...FOLLOWS, dropped });
    expect(lines.map((line) => ('drop' in line ? 'drop' : kinOf(line)))).toEqual([
      { packet: 16, family: 12, parent: 12, relation: 'clone' },
      { packet: 16 },
      'drop',
    ]);
  });

  it('has it after the lead of function_graph, and not at returns', () => {
    const calls = EVENTS.slice(0, 1).flatMap((event) => [
      event,
      { ...event, isFirst: false, isReturn: true },
    ]);
    const [first = {}, back = {}] = objects(calls, { ...FOLLOWS, returns: true });
    expect(Object.keys(first).slice(7, 11)).toEqual(['duration_ns', 'tid', 'family', 'len']);
    expect(back).not.toHaveProperty('family');
  });

  it.each(['family', 'parent', 'relation'])('has the field %s at each event, if it is asked for', (id) => {
    const events = objects(EVENTS, { follows: true, eventsOnly: true, fields: columnsOf([id]) }).map(kinOf);
    const values: Record<string, unknown[]> = {
      family: [12, 12, 12, 12, 20, 21, 22, 23],
      parent: [null, 12, 12, 12, null, null, null, null],
      relation: [null, 'segment', 'clone', 'clone', null, null, null, null],
    };
    const packets = [12, 15, 16, 16, 20, 21, 22, 23];
    expect(events).toEqual(packets.map((packet, row) => ({ packet, [id]: values[id]?.[row] })));
  });

  it('gives way to a member of an extension that is called the same', () => {
    const of: Column = {
      ...{ id: 'of', description: '', key: 'of', header: 'of', width: 0 },
      bind: () => ({
        text: (_rows, _at, text) => text.string('7'),
        json: (prefix) => (_rows, _at, text) => text.string(`${prefix}7`),
        value: () => 7,
      }),
    };
    const shown = objects(EVENTS, { follows: true, eventsOnly: true, further: [of] }).map(kinOf);
    expect(shown[1]).toEqual({ packet: 15, of: 7 });
  });
});

describe('csv', () => {
  it('has columns for the family, the parent and the relation', () => {
    const lines = write('csv', EVENTS).text.trimEnd().split('\n');
    const head = (lines[0] ?? '').split(',');
    const first = head.indexOf('family');
    expect(head.slice(first, first + 3)).toEqual(['family', 'parent', 'relation']);
    const values = lines.slice(1).map((line) =>
      line
        .split(',')
        .slice(first, first + 3)
        .join(),
    );
    expect(values).toEqual([
      '12,,',
      '12,12,segment',
      '12,12,clone',
      '12,12,clone',
      ...['20,,', '21,,', '22,,', '23,,'],
    ]);
    expect(write('csv', EVENTS, {}).text).not.toContain('family');
  });

  it('has them where they are asked for, once', () => {
    const [head = ''] = write('csv', EVENTS, {
      follows: true,
      fields: columnsOf(['len', 'parent']),
    }).text.split('\n');
    expect(head.split(',').filter((key) => /family|parent|relation|len/.test(key))).toEqual([
      'len',
      'parent',
    ]);
  });
});
