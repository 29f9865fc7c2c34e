// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { CLONE, SEGMENT } from '../../src/core/abi.js';
import { PLAIN } from '../../src/core/line.js';
import { columnsOf } from '../../src/columns/index.js';
import { TRACE_DEFAULTS } from '../../src/core/options.js';
import { diffJson, diffText } from '../../src/outputs/reports/diff.js';
import { lineSchema } from '../../src/results/schema.js';
import { PathClasses } from '../../src/ways/classes.js';
import { compareTraces, comparePackets, type DiffReport } from '../../src/ways/trace-comparison.js';
import { way } from '../support/packets/reports.js';
import { batchOf, CONTEXT, pack, type Event } from '../support/packets/rows.js';
import { waysOf } from '../support/packets/ways.js';
import { validator } from '../support/schema/validate.js';

const NAMES = ['ip_output', 'validate_xmit_skb', '__skb_gso_segment', 'veth_xmit', 'kfree_skbmem'];
const context = { ...CONTEXT, names: NAMES, modules: NAMES.map(() => 'vmlinux') };
const fields = columnsOf(['len', 'gso-size', 'mark']);
const valid = validator(lineSchema('diff'), { isClosed: true });

/** The classes of a trace. */
function classesOf(events: readonly Event[]): PathClasses {
  const clock = { realOffsetNs: 0n, firstNs: null };
  const trace = { context, fields, follows: true, returns: false, kernel: '6.12', clock };
  const classes = new PathClasses(true);
  for (const each of waysOf(trace, [batchOf(pack(events))])) classes.add(each);
  return classes;
}

/** What is said of two traces; of their first packets with `ofPackets`. */
function diffOf(left: readonly Event[], right: readonly Event[], ofPackets = false): DiffReport {
  const [ours, theirs] = [classesOf(left), classesOf(right)];
  const [one, other] = [ours.byRole()[0]?.[0], theirs.byRole()[0]?.[0]];
  const compared =
    ofPackets && one !== undefined && other !== undefined
      ? comparePackets(one, other)
      : compareTraces(ours, theirs);
  const side = (name: string, { packets, others }: PathClasses): DiffReport['left'] => ({
    ...{ name, packet: ofPackets ? 1 : null, kernel: '6.12', packets, others },
  });
  const report = { left: side('good', ours), right: side('bad', theirs), ...compared };
  expect(valid(JSON.parse(diffJson(report)))).toBe('');
  return report;
}

const textOf = (report: DiffReport): string => diffText(report, PLAIN, TRACE_DEFAULTS.report);

const GSO: Event = { parent: 9n, kinship: CLONE, gsoSize: 1448, len: 2896 };
const GOOD = [...way(1n, [0, 1, 3, 4], [0, 100, 200, 300], GSO)];
const BAD = [
  ...way(1n, [0, 1, 2, 4], [0, 100, 900, 1000], { ...GSO, len: 2948 }),
  ...way(2n, [3, 4], [1100, 1200], { parent: 1n, kinship: SEGMENT, len: 1500 }),
];

describe('a difference', () => {
  it('of traces that are the same is none', () => {
    expect(diffOf(GOOD, GOOD)).toMatchObject({
      differ: false,
      ways: [{ parting: null, differences: [], fields: [], shift_ns: 0 }],
    });
    expect(textOf(diffOf(GOOD, GOOD))).toContain('the functions are the same');
  });

  it('has where ways part, what only one of them called, and what only one trace has', () => {
    const report = diffOf(GOOD, BAD);
    expect(report).toMatchObject({
      differ: true,
      ways: [
        {
          ...{ relation: 'clone', gso: true, left_packets: 1, right_packets: 1 },
          parting: { common: 2, after: 'validate_xmit_skb', left: 'veth_xmit', right: '__skb_gso_segment' },
          differences: [{ after: 'validate_xmit_skb', left: ['veth_xmit'], right: ['__skb_gso_segment'] }],
          ...{ only_left: ['veth_xmit'], only_right: ['__skb_gso_segment'] },
        },
      ],
      ...{ only_left: [], only_right: [{ relation: 'segment', gso: false, packets: 1 }], drops: [] },
    });
  });

  it('of ways that are equally frequent is that of those which part last', () => {
    const other = way(5n, [4, 3, 0, 1, 2], undefined, GSO);
    const { ways } = diffOf([...other, ...GOOD], BAD);
    expect(ways[0]?.parting).toMatchObject({ common: 2, right: '__skb_gso_segment' });
    expect(ways[0]?.left.examples).toEqual([1]);
  });

  it('has fields that differ at the same place, where they begin to', () => {
    expect(diffOf(GOOD, BAD).ways[0]?.fields).toEqual([
      {
        ...{ function: 'ip_output', left_place: 0, right_place: 0, field: 'len' },
        ...{ left: ['2896'], right: ['2948'] },
      },
    ]);
    const many = (more: number) =>
      [1n, 2n].flatMap((id) => way(id, [0, 1], undefined, { len: Number(id) + more }));
    expect(diffOf(many(0), many(1)).ways[0]?.fields).toEqual([]); // 1 and 2, 2 and 3
    expect(diffOf(many(0), many(2)).ways[0]?.fields).toHaveLength(1);
  });

  it('has the shift of latency, in total and for each hop that both have', () => {
    const slow = way(1n, [0, 1, 3, 4], [0, 50, 700, 800], GSO);
    const { hops, shift_ns: shift } = diffOf(GOOD, slow).ways[0] ?? {};
    expect(shift).toBe(500);
    expect(hops?.map(({ from, to, shift_ns: each }) => [from, to, each])).toEqual([
      ['validate_xmit_skb', 'veth_xmit', 550],
      ['ip_output', 'validate_xmit_skb', -50],
      ['veth_xmit', 'kfree_skbmem', 0],
    ]);
    expect(diffOf(GOOD, slow).differ).toBe(false);
  });

  it('of a delivered and a dropped packet names the drop', () => {
    const dropped: Event[] = [
      ...way(1n, [0, 1]).map((event) => ({ ...event, isLast: false })),
      { packet: 1n, time: 500n, isDrop: true, reason: 3, address: 0x10n, isLast: true },
    ];
    const report = diffOf(way(1n, [0, 1, 3]), dropped, true);
    expect(report.ways[0]).toMatchObject({
      parting: { after: 'validate_xmit_skb', left: 'veth_xmit', right: null },
      left: { drops: [] },
      right: { drops: [{ function: '0x10' }] },
    });
    expect(textOf(report)).toContain('; dropped by 0x10: no reason');
    expect(diffOf(way(1n, [0, 1]), dropped)).toMatchObject({
      ...{ differ: true, drops: [{ function: '0x10', left: 0, right: 1 }] },
    });
  });

  it('of packets is one whatever they are to their parents', () => {
    expect(diffOf(GOOD, way(1n, [0, 1]), true).ways).toMatchObject([
      { left: { relation: 'clone' }, right: { relation: 'none' } },
    ]);
  });

  it('of nothing is told', () => {
    expect(diffOf([], [])).toMatchObject({ differ: false, ways: [] });
    expect(textOf(diffOf([], []))).toContain('nothing of the traces matches');
  });

  it('is told in text', () => {
    expect(textOf(diffOf(GOOD, BAD))).toBe(`--- good: 1 packet, Linux 6.12
+++ bad: 2 packets, Linux 6.12

clone, GSO: the most frequent ways
- 1 of 1 packet (100.0 %), 4 functions in 300 ns (#1)
+ 1 of 1 packet (100.0 %), 4 functions in 1.0 us (#1)
first parting: after validate_xmit_skb (2 functions in common): veth_xmit | __skb_gso_segment
    validate_xmit_skb
  - veth_xmit
  + __skb_gso_segment
only the first: veth_xmit
only the second: __skb_gso_segment
fields that differ
  len at ip_output: 2896 | 2948
latency: 300 ns | 1.0 us (+700 ns)

+ only bad has packets of this kind (segment), most frequently 1 packet, 2 functions in 100 ns (#2)
`);
  });
});
