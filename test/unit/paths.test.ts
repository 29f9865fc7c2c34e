// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { CLONE, SEGMENT } from '../../src/core/abi.js';
import type { PathsReport } from '../../src/outputs/reports/paths.js';
import { lineSchema } from '../../src/results/schema.js';
import { PathClasses } from '../../src/ways/classes.js';
import { reported, reportedJson, way } from '../support/packets/reports.js';
import { CONTEXT, type Event } from '../support/packets/rows.js';
import { validator } from '../support/schema/validate.js';

const NAMES = ['ip_output', 'validate_xmit_skb', 'skb_linearize', 'veth_xmit', 'kfree_skbmem'];
const context = { ...CONTEXT, names: NAMES, modules: NAMES.map(() => 'vmlinux') };
const valid = validator(lineSchema('paths'), { isClosed: true });

function pathsOf(events: readonly Event[], top = 20): PathsReport {
  const report = reportedJson('paths-json', events, { context, report: { top } });
  expect(valid(report)).toBe('');
  return report as PathsReport;
}

const USUAL = [0, 1, 3, 4];
const LINEARIZED = [0, 1, 2, 3, 4];
/** Nine packets of one way, and one of another. */
const TEN = [
  ...Array.from({ length: 9 }, (_, index) => way(BigInt(index + 1), USUAL)).flat(),
  ...way(10n, LINEARIZED, [0, 10, 20, 30, 5000]),
];

describe('ways', () => {
  it('are classes, the most frequent first, the others by what they have otherwise', () => {
    const { packets, roles } = pathsOf(TEN);
    expect(packets).toBe(10);
    expect(roles).toMatchObject([
      {
        ...{ relation: 'none', gso: false, packets: 10, ways: 2 },
        paths: [
          { packets: 9, share: 0.9, nearest: null, differences: [], examples: [1, 2, 3, 4, 5] },
          {
            ...{ packets: 1, share: 0.1, nearest: 0, complete: true, examples: [10] },
            differences: [{ after: 'validate_xmit_skb', left: [], right: ['skb_linearize'] }],
            latency: { count: 1, p50_ns: 5000, max_ns: 5000 },
          },
        ],
      },
    ]);
    expect(roles[0]?.paths[0]?.functions).toEqual(USUAL.map((index) => NAMES[index]));
  });

  it('are told in text', () => {
    expect(reported('paths', TEN, { context })).toBe(`10 packets, Linux 6.12

without parent: 10 packets, 2 ways
 90.0 %  4 functions: ip_output ... kfree_skbmem
         9 packets, p50 300 ns, p99 300 ns: #1 #2 #3 #4 #5 ...
 10.0 %  differs by skb_linearize after validate_xmit_skb
         1 packet, p50 5.0 us, p99 5.0 us: #10
`);
    const full = reported('paths', TEN, { context, report: { full: true } });
    expect(full).toContain(`90.0 %  4 functions
                       ip_output
              +100 ns  validate_xmit_skb
`);
  });

  it('are told apart by what packets are to their parents, and by GSO', () => {
    const { roles } = pathsOf([
      ...way(1n, USUAL, undefined, { gsoSize: 1448 }),
      ...way(2n, USUAL, undefined, { parent: 1n, kinship: CLONE, gsoSize: 1448 }),
      ...way(3n, USUAL, undefined, { parent: 2n, kinship: SEGMENT }),
      ...way(4n, USUAL, undefined, { parent: 2n, kinship: SEGMENT }),
    ]);
    expect(roles.map(({ relation, gso, packets }) => [relation, gso, packets])).toEqual([
      ['segment', false, 2],
      ['none', true, 1],
      ['clone', true, 1],
    ]);
  });

  it('are told apart by where and why packets were dropped, and by ends that were not seen', () => {
    const drop: Event = { packet: 1n, time: 50n, isDrop: true, reason: 3, address: 0x10n, isLast: true };
    const events = [
      ...way(1n, [0, 1]).map((event) => ({ ...event, isLast: false })),
      drop,
      ...way(2n, [0, 1]),
      ...way(3n, [0, 1]).map((event) => ({ ...event, isLast: false })),
    ];
    const { roles } = pathsOf(events);
    expect(roles[0]?.paths.map(({ drops, complete }) => [drops.length, complete])).toEqual([
      [1, true],
      [0, true],
      [0, false],
    ]);
    const text = reported('paths', events, { context });
    expect(text).toMatch(/the functions of way 1\n.*dropped by 0x10: no reason|dropped by 0x10: no reason/);
    expect(text).toContain('its end was not seen');
  });

  it('that have little in common with others are told as they are', () => {
    const { roles } = pathsOf([...way(1n, [0, 1]), ...way(2n, [0, 1]), ...way(3n, [2, 3, 4])]);
    expect(roles[0]?.paths[1]).toMatchObject({ nearest: null, differences: [] });
  });

  it('beyond --top are counted', () => {
    expect(pathsOf(TEN, 1).roles[0]).toMatchObject({ ways: 2, paths: [{ packets: 9 }] });
    expect(reported('paths', TEN, { context, report: { top: 1 } })).toContain(
      'and 1 way of 1 packet: --top 2',
    );
  });

  it('of nothing are none', () => {
    expect(pathsOf([])).toMatchObject({ packets: 0, roles: [] });
    expect(reported('paths', [], { context })).toContain('nothing of the trace matches');
  });

  it('are held up to a number', () => {
    const classes = new PathClasses(false, 2);
    const step = { ns: 0, cpu: 0, tid: 0, module: '', durationNs: null, crossing: {}, fields: {} };
    const of = (name: string) => ({ packet: 1, firstNs: 0n, lengthNs: 0, drops: [], kinship: null, isComplete: true, kept: null, isGso: false, steps: [{ ...step, function: name }] }); // prettier-ignore
    for (const name of ['a', 'b', 'c', 'a', 'c']) classes.add(of(name));
    expect([classes.packets, classes.others]).toEqual([5, 2]);
    expect(classes.byRole()[0]?.map(({ latency }) => latency.count)).toEqual([2, 1]);
  });
});
