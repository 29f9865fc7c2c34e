// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import type { Summary } from '../../src/core/summary.js';
import { mergedSummary } from '../../src/run/merge/summaries.js';

const summary = (values: object): Summary =>
  ({
    duration_s: 1,
    functions: 5,
    real_offset_ns: '7',
    clock_step_ns: 0,
    end: 'signal',
    ...values,
  }) as Summary;

it('counts of merged traces are added, by cause, and what both have seen is there once', () => {
  const device = { ifname: 'lo', ifindex: 1 };
  const [one, other] = [
    summary({
      matched: 5,
      causes: { backlog: 1, no_room: 0 },
      dropped: null,
      xdp_devices: [device],
      backend: 'kprobe',
    }),
    summary({
      matched: 7,
      causes: { backlog: 2, no_room: 3 },
      dropped: 4,
      xdp_devices: [device],
      backend: 'fentry',
      end: 'count',
      duration_s: 3,
    }),
  ];
  expect(mergedSummary([one, other])).toEqual({
    ...{ matched: 12, causes: { backlog: 3, no_room: 3 }, dropped: 4, xdp_devices: [device] },
    ...{ backend: 'kprobe, fentry', consumers: null, cost: null, end: 'count' },
    ...{ duration_s: 3, functions: 5, real_offset_ns: '7', clock_step_ns: 0 },
  });
});

it('there is no summary of traces one of which has none', () => {
  expect(mergedSummary([summary({}), null])).toBeNull();
});

it('a summary may be anything', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`) as object;
  expect(mergedSummary([summary({ deep, matched: 'x' }), summary({ deep, matched: 1 })])).toMatchObject({
    matched: 'x',
  });
});
