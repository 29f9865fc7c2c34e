// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { GRO, SEGMENT } from '../../src/core/abi.js';
import { printable } from '../../src/core/printable.js';
import { columnContext } from '../../src/core/traced.js';
import { exports } from '../../src/exports/index.js';
import { createOutput } from '../../src/results/render.js';
import { exported } from '../support/packets/exported.js';
import { HOSTILE } from '../support/packets/hostile.js';
import { madeTrace } from '../support/packets/made-trace.js';
import { recordingOf, written } from '../support/packets/recorded.js';
import { batchOf, pack, type Event } from '../support/packets/rows.js';

const EVENTS: readonly Event[] = [
  { time: 1_000n, packet: 1n, isFirst: true, len: 3000 },
  { time: 2_000n, packet: 2n, parent: 1n, kinship: SEGMENT, part: 1, ofParts: 2, isRelation: true },
  {
    ...{ time: 2_100n, packet: 2n, parent: 1n, family: 1n, kinship: SEGMENT, part: 1, ofParts: 2, len: 1500 },
    ...{ isFirst: true, isRelated: true },
  },
  { time: 2_600n, packet: 1n, function: 2, isLast: true, len: 3000 },
  { time: 2_700n, packet: 2n, function: 2, entered: 7n, len: 1500 },
  { time: 3_000n, packet: 5n, function: 1, isFirst: true },
  { time: 3_100n, packet: 2n, parent: 5n, kinship: GRO, isRelation: true },
  { time: 4_300n, packet: 5n, isDrop: true, reason: 3, address: 0xffffffff81000010n, isLast: true },
];

const NAMES = [HOSTILE, '- a list', 'nft'];

const made = (id: 'mermaid' | 'dot', events = EVENTS, names = NAMES): string =>
  exported(id, madeTrace({ follows: true }, names), [batchOf(pack(events))]).toString();

/** What Graphviz draws as text, in its order. */
function drawn(dot: string): string[] {
  const { status, stdout, stderr } = spawnSync('dot', ['-Tsvg'], { input: dot, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const entity = (_: string, name: string): string =>
    ({ lt: '<', gt: '>', amp: '&', quot: '"' })[name] ?? String.fromCodePoint(Number(name.slice(1)));
  return [...stdout.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) =>
    text.replace(/&([a-z]+|#\d+);/g, entity).replaceAll('\u00a0', ' '),
  );
}

/** What a flowchart has as text. */
const textOf = (mermaid: string): string[] =>
  [...mermaid.matchAll(/"([^"]*)"/g)].flatMap(([, text = '']) =>
    text
      .split('<br/>')
      .map((line) => line.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))),
  );

const DROP = 'dropped by 0xffffffff81000010: unknown (this kernel has no drop reasons)';
const SHOWN = [
  ...['#1', '+0.000 us', 'len: 3000', printable(HOSTILE), 'nft_[nf_tables]'],
  ...['#2: segment 1/2 of #1', '+0.000 us', 'len: 1500', printable(HOSTILE)],
  ...['+0.600 us', 'network namespace seven', 'len: 1500', 'nft_[nf_tables]'],
  ...[`#5: ${DROP}`, '+0.000 us', 'len: 0', '- a list', '+1.300 us', DROP],
  ...['segment 1/2', 'gro'],
];

describe('a picture of packets', () => {
  it('is drawn by Graphviz, with names from strangers as text', () => {
    expect(drawn(made('dot')).toSorted()).toEqual(SHOWN.toSorted());
  });

  it('is a flowchart in which text is letters alone, and no part of a language', () => {
    const lines = made('mermaid').trimEnd().split('\n');
    const text = String.raw`"(?:[A-Za-z0-9 _.,:+/=-]|#\d+;|<br/>)*"`;
    const forms = [
      String.raw`flowchart TD`,
      String.raw`  subgraph p\d+\[${text}\]`,
      String.raw`    p\d+_\d+\[${text}\](:::drop)?`,
      String.raw`    p\d+_\d+ --> p\d+_\d+`,
      String.raw`  p\d+_\d+ -\. ${text} \.-> p\d+_\d+`,
      String.raw`  end`,
      String.raw`  classDef drop [a-z0-9:#,]+`,
    ];
    const form = new RegExp(`^(?:${forms.join('|')})$`);
    expect(lines.filter((line) => !form.test(line))).toEqual([]);
    expect(textOf(lines.join('\n'))).toEqual(SHOWN);
  });

  it('has arrows from where a packet was to what was made of it', () => {
    expect(made('mermaid').match(/p\d+_\d+ -\. .*/g)).toEqual([
      'p1_0 -. "segment 1/2" .-> p2_0',
      'p5_0 -. "gro" .-> p2_1',
    ]);
  });

  it.each(['mermaid', 'dot'] as const)(
    'has the functions of a recorded packet in their order: %s',
    async (id) => {
      const { traced, batches } = await recordingOf('function');
      const document = exported(id, { ...traced, fields: null }, batches).toString();
      const called = written('function', 'json')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { readonly function: string }).function);
      const names = new Set(called);
      const text = id === 'mermaid' ? textOf(document) : drawn(document);
      expect(text.filter((line) => names.has(line))).toEqual(called);
    },
  );

  it('abridges what is long, and says which packets it has no room for', () => {
    const long = Array.from({ length: 1000 }, (_, index): Event => {
      return {
        time: BigInt(index),
        packet: 1n,
        function: 1,
        len: index < 900 ? 84 : index,
        isLast: index === 999,
      };
    });
    const many = Array.from({ length: 60 }, (_, index): Event => {
      return { time: BigInt(2000 + index), packet: BigInt(index + 2), function: 1, isLast: true };
    });
    const trace = madeTrace({}, ['a', 'b'.repeat(500), 'c']);
    const descriptor = exports.get('mermaid');
    const output = descriptor && createOutput(descriptor, columnContext(trace));
    output?.batch(batchOf(pack([{ ...long[0], isFirst: true }, ...long.slice(1), ...many])));
    const text = textOf([...(output?.results() ?? [])].join(''));
    expect(text).toEqual(expect.arrayContaining(['... 884 more', '... 41 more', `${'b'.repeat(100)}...`]));
    expect(text.join('').length).toBeLessThan(50_000);
    const [missing] = output?.missing?.() ?? [];
    const omitted = Number(/^\d+/.exec(missing?.text ?? '')?.[0]);
    expect(omitted).toBeGreaterThan(0);
    expect(missing?.remedy).toBe('--packet 12,19');
    expect(text.at(-1)).toBe(`${omitted} more packets are not shown`);
  });
});
