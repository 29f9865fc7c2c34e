// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { dispatchOf, PACKETS, type ProbedRound, type Round } from '../../src/engine/calibration.js';
import { costRemark, otherMark } from '../../src/engine/cost.js';

/** What a machine would show on which a packet takes 1,000 ns, and makes 6 calls that take 30 ns in the program and 50 around it. */
const WITHOUT: Round = { packets: PACKETS * 1000, pipe: PACKETS * 400 };
const CALLS = PACKETS * 6;
const PROBED: ProbedRound = {
  packets: PACKETS * (1000 + 6 * 80),
  pipe: PACKETS * 400,
  runs: { count: CALLS, ns: CALLS * 30 },
  others: { count: 0, ns: 0 },
  gapNs: 100_000,
};

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('what the kernel takes to call a program', () => {
  it('is what packets take longer, without the time in the programs', () => {
    expect(dispatchOf(times(5, WITHOUT), times(5, PROBED))).toEqual({ ns: 50, missNs: 80 });
  });

  it('does not depend on rounds that something else made longer', () => {
    const slow = { ...PROBED, packets: PROBED.packets * 10, runs: { count: CALLS * 4, ns: CALLS * 500 } };
    const before = [...times(3, WITHOUT), ...times(2, { ...WITHOUT, packets: WITHOUT.packets * 7 })];
    expect(dispatchOf(before, [slow, ...times(3, PROBED), slow])).toEqual({ ns: 50, missNs: 80 });
  });

  it('does not count calls for packets of others', () => {
    const ns = PROBED.packets;
    const busy = { ...PROBED, runs: { count: CALLS + ns / 100, ns: (CALLS + ns / 100) * 30 } };
    const others = { count: 1000, ns: 30_000 };
    const told = dispatchOf(times(5, WITHOUT), times(5, { ...busy, others, gapNs: 100_000 }));
    expect(told?.ns).toBeCloseTo(50);
  });

  it('is the same while a neighbour on the core makes everything slower', () => {
    const slower = {
      ...PROBED,
      packets: PROBED.packets * 1.5,
      pipe: PROBED.pipe * 1.5,
      runs: { count: CALLS, ns: CALLS * 45 },
    };
    const told = dispatchOf(times(5, WITHOUT), times(5, slower));
    expect(told?.ns).toBeCloseTo(50);
    expect(told?.missNs).toBeCloseTo(80);
  });

  it('is never less than nothing', () => {
    const quick = times(5, { ...PROBED, packets: WITHOUT.packets });
    expect(dispatchOf(times(5, WITHOUT), quick)).toEqual({ ns: 0, missNs: 30 });
  });

  it('is not known if the packets do not come through the probes', () => {
    const nothing = { count: 0, ns: 0 };
    expect(dispatchOf(times(5, WITHOUT), times(5, { ...PROBED, runs: nothing }))).toBeNull();
    const others = { count: CALLS, ns: CALLS * 30 };
    const foreign = { ...PROBED, runs: others, others, gapNs: PROBED.packets };
    expect(dispatchOf(times(5, WITHOUT), times(5, foreign))).toBeNull();
  });
});

it.each([
  [undefined, 0xffffffff, 0],
  [0xdeadbeef, 0xffffffff, 0],
  [0, 0xffffffff, 1],
  [0x10, 0x0c, 4],
  [0, 0x80000000, 0x80000000],
  [0x30, 0x20, 0],
])('for mark %s and mask %s the packets have the mark %s, which does not match', (mark, mask, own) => {
  expect(otherMark(mark, mask)).toBe(own);
  if (mark !== undefined) expect((own & mask) >>> 0).not.toBe((mark & mask) >>> 0);
});

it('a line tells what tracing took', () => {
  const cost = {
    ...{ misses: 5000, hits: 1000, miss_ns: 80, hit_ns: 420.5, dispatch_ns: 50 },
    ...{ tracing_share: 0.0512, cpus: 4, tracing_share_per_cpu: 0.0128, own_share: 0.02, uncalibrated: null },
  };
  expect(costRemark(cost)).toBe(
    'Tracing took 5.12 % of a CPU (1.28 % of each of 4) for 5000 calls that did not match of 80 ns and 1000 that did of 420.5 ns; ipft itself took 2 %',
  );
  const unknown = { ...cost, miss_ns: null, hit_ns: null, dispatch_ns: null, uncalibrated: 'why' };
  expect(costRemark(unknown)).toBe(
    'BPF programs took 5.12 % of a CPU (1.28 % of each of 4) for 5000 calls that did not match and 1000 that did; ipft itself took 2 %',
  );
});
