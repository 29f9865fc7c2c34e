// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/core/column.js';
import { inOrder, kept, MOST_KEPT } from '../../src/core/kept-text.js';
import { ROW } from '../../src/core/abi.js';
import { columns } from '../../src/columns/index.js';
import { longsAt, madeOf, together, wordsAt } from '../../src/core/source.js';
import { outputs } from '../../src/outputs/index.js';
import { createOutput, type RenderOptions } from '../../src/results/render.js';
import {
  batchOf,
  cellText,
  CONTEXT,
  pack,
  textOf,
  UNKNOWN_FUNCTION,
  type Event,
} from '../support/packets/rows.js';
import { Random } from '../support/random.js';

const random = new Random();

/** Events of few packets, functions and CPUs, so that texts are used again, with values of every size. */
function randomEvent(): Event {
  return {
    time: random.pick(
      0n,
      99_999_999n,
      100_000_000n,
      3_347_634_373_462n,
      2n ** 53n - 1n,
      2n ** 53n,
      2n ** 64n - 1n,
    ),
    skb: random.pick(0xffff888003211000n, 0xffff888003212000n, 0x12n),
    packet: random.pick(1n, 2n, 1_000_000n, 2n ** 40n),
    address: random.pick(0xffffffff81000000n, 0xffffffff81000010n),
    function: random.pick(0, 1, 2, 3, 4, UNKNOWN_FUNCTION),
    cpu: random.pick(0, 1, 70_000),
    len: random.pick(0, 60, 4_000_000_000),
    gsoType: random.pick(0, 1, 3, 0x80000000),
    gsoSize: random.pick(0, 1448),
    gsoSegs: random.pick(0, 4),
    mark: random.pick(0, 0xdeadbeef),
    tid: random.pick(0, 1234),
    duration: random.pick(0n, 999n, 1000n, 123_456_789n),
    isReturn: random.pick(false, false, true),
    isLast: random.pick(false, true),
    isFirst: random.pick(false, true),
    isRelated: random.pick(false, true),
    parent: random.pick(0n, 0n, 7n),
    kinship: random.pick(0, 3),
    part: random.pick(0, 2),
    ofParts: random.pick(0, 40),
  };
}

function linesOf(id: string, events: readonly Event[], options: RenderOptions): string {
  const descriptor = outputs.get(id);
  if (descriptor === undefined) throw new Error(`no output ${id}`);
  return textOf([createOutput(descriptor, CONTEXT, options).batch(batchOf(pack(events)))]);
}

const fields = ['len', 'tid', 'family', 'parent', 'gso-type', 'mark'].flatMap((id) => columns.get(id) ?? []);
const CASES: readonly (readonly [string, string, RenderOptions])[] = [
  ['text', 'stream', {}],
  ['text with fields', 'stream', { fields }],
  ['JSON', 'json', {}],
  ['JSON of relatives', 'json', { follows: true }],
  ['JSON of function_graph', 'json', { returns: true }],
  ['CSV', 'csv', {}],
  ['CSV of function_graph with fields', 'csv', { returns: true, follows: true, fields }],
];

describe('texts that are kept', () => {
  it.each(CASES)('make lines that do not depend on the rows before: %s', (_, id, options) => {
    const events = Array.from({ length: 500 }, randomEvent);
    const alone = events.map((event) => linesOf(id, [event], options));
    expect(linesOf(id, events, options)).toBe(alone.join(''));
  });

  it('are made once for the same words, but not if they are long', () => {
    let calls = 0;
    const cell = (write: string): Cell =>
      madeOf(wordsAt(ROW.len), (_rows, _at, text) => text.string(`${write}${++calls}`));
    const row = (len: number): DataView => pack([{ len }]);
    const short = kept(cell(''));
    expect([5, 5, 6, 5].map((len) => cellText(short, row(len)))).toEqual(['1', '1', '2', '1']);
    calls = 0;
    const long = kept(cell('x'.repeat(MOST_KEPT)));
    expect([5, 5].map((len) => cellText(long, row(len)).slice(-1))).toEqual(['1', '2']);
  });

  it('are kept by small indexes only', () => {
    let calls = 0;
    const cell = kept(madeOf({ index: ROW.function }, (_rows, _at, text) => text.string(`${++calls}`)));
    const rows = [3, 3, UNKNOWN_FUNCTION, UNKNOWN_FUNCTION].map((index) => pack([{ function: index }]));
    expect(rows.map((row) => cellText(cell, row))).toEqual(['1', '1', '2', '3']);
  });

  it('stand in the order of their cells', () => {
    const write = (name: string, source?: Parameters<typeof madeOf>[0]): Cell =>
      madeOf(source, (_rows, _at, text) => text.string(name));
    const sources = [
      wordsAt(ROW.len),
      wordsAt(),
      undefined,
      { index: ROW.cpu },
      { index: ROW.function },
      undefined,
    ];
    const line = inOrder(sources.map((source, index) => write(`${index}`, source)));
    const row = pack([{ len: 5 }]);
    expect([cellText(line, row), cellText(line, row)]).toEqual(['012345', '012345']);
  });
});

describe('what texts are made of', () => {
  it('is joined if they can be kept together', () => {
    expect(together([wordsAt(ROW.len), longsAt(ROW.packet), wordsAt(ROW.len)])).toEqual({
      words: [ROW.len, ROW.packet, ROW.packet + 4],
    });
    expect(together([wordsAt(ROW.gso_segs)])).toEqual(wordsAt(ROW.gso_size));
    expect(together([wordsAt(), { index: ROW.cpu }])).toEqual({ index: ROW.cpu });
    expect(together([wordsAt(ROW.len), { index: ROW.cpu }])).toBeUndefined();
    expect(together([{ index: ROW.function }, { index: ROW.cpu }])).toBeUndefined();
    expect(together([wordsAt(ROW.len), undefined])).toBeUndefined();
  });
});
