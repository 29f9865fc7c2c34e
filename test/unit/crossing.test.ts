// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { crossing } from '../../src/columns/crossing.js';
import { columnsOf } from '../../src/columns/index.js';
import { CLONE } from '../../src/core/abi.js';
import { outputs } from '../../src/outputs/index.js';
import { createOutput, type RenderOptions } from '../../src/results/render.js';
import { batchOf, CONTEXT, pack, textOf, type Event } from '../support/packets/rows.js';

const LEN = columnsOf(['len']);

/** What an output writes of the rows. */
function written(id: string, events: readonly Event[], options: RenderOptions = {}): string[] {
  const descriptor = outputs.get(id);
  if (descriptor === undefined) throw new Error(`no output ${id}`);
  const output = createOutput(descriptor, CONTEXT, {
    ...{ fields: LEN, further: [crossing], follows: true },
    ...options,
  });
  const live = textOf([output.batch(batchOf(pack(events)))]);
  return `${live}${textOf(output.results())}`.split('\n').slice(0, -1);
}

const EVENTS: readonly Event[] = [
  { packet: 1n, time: 1n, function: 1, len: 9 },
  { packet: 1n, time: 2n, function: 1, len: 9, isUnmarked: true },
  { packet: 1n, time: 3n, function: 1, len: 9, entered: 7n },
  { packet: 1n, time: 4n, function: 1, len: 9, entered: 8n, isUnmarked: true, mark: 0x12 },
];

describe('a crossing into another network namespace, and a lost mark', () => {
  it('stand on lines of their own, below the event where they are seen first', () => {
    expect(written('aggregate', EVENTS)).toEqual([
      '===',
      '1 0000                        ip_output (len: 9)',
      '2 0000                        ip_output (len: 9)',
      '    > mark lost: now 0x0',
      '3 0000                        ip_output (len: 9)',
      '    > network namespace seven (7)',
      '4 0000                        ip_output (len: 9)',
      '    > network namespace 8',
      '    > mark lost: now 0x12',
    ]);
  });

  it('are indented like their event in a family', () => {
    const clone = { packet: 2n, parent: 1n, kinship: CLONE };
    const family: Event[] = [
      { packet: 1n, time: 1n, function: 1, len: 9 },
      { ...clone, time: 2n, isRelation: true, bytes: 9 },
      { ...clone, time: 3n, function: 1, len: 9, isRelated: true, entered: 7n },
    ];
    expect(written('aggregate', family, { families: true })).toEqual(
      expect.arrayContaining([
        '  3 0000                        ip_output (len: 9)',
        '      > network namespace seven (7)',
      ]),
    );
  });

  it('are members of JSON, where they are', () => {
    const added = written('json', EVENTS).map((line) => {
      const {
        entered_netns: inode,
        entered_netns_name: name,
        mark_lost: lost,
      } = JSON.parse(line) as Record<string, unknown>;
      return [inode, name, lost];
    });
    expect(added).toEqual([
      [undefined, undefined, undefined],
      [undefined, undefined, true],
      [7, 'seven', undefined],
      [8, null, true],
    ]);
  });

  it('are in one column of CSV, which is empty elsewhere', () => {
    const cells = written('csv', EVENTS).map((line) => line.slice(line.indexOf(',9,') + 3));
    expect(cells).toEqual([
      '',
      '"{""mark_lost"":true}"',
      '"{""entered_netns"":7,""entered_netns_name"":""seven""}"',
      '"{""entered_netns"":8,""entered_netns_name"":null,""mark_lost"":true}"',
    ]);
  });

  it('are no events of returns', () => {
    const events: Event[] = [
      { packet: 1n, time: 1n, function: 1, len: 9, entered: 7n },
      { packet: 1n, time: 2n, function: 1, isReturn: true, duration: 1n },
    ];
    const lines = written('json', events, { returns: true });
    expect(lines.map((line) => line.includes('entered_netns'))).toEqual([true, false]);
    expect(written('aggregate', events, { returns: true })).toEqual([
      '===',
      expect.stringContaining('ip_output(); (len: 9)'),
      '    > network namespace seven (7)',
    ]);
  });
});
