// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { CLONE } from '../../src/core/abi.js';
import type { Summary } from '../../src/core/summary.js';
import type { StatsReport } from '../../src/outputs/reports/stats.js';
import { lineSchema } from '../../src/results/schema.js';
import { rendered, recordingOf, RECORDINGS } from '../support/packets/recorded.js';
import { reported, reportedJson, way } from '../support/packets/reports.js';
import type { Event } from '../support/packets/rows.js';
import { parsedLines, validator } from '../support/schema/validate.js';

const valid = validator(lineSchema('stats'), { isClosed: true });

function statsOf(...args: [readonly Event[], Parameters<typeof reportedJson>[2]?]): StatsReport {
  const report = reportedJson('stats-json', ...args);
  expect(valid(report)).toBe('');
  return report as StatsReport;
}

const LOST = {
  ...{ lost: 7, suppressed: 0, late: 1, untracked: 0, cut_packets: 0, missed_ends: 0 },
  ...{ lost_relations: 0, lost_moves: 0, unfollowed: 0 },
  causes: { perf_buffer_full: 7, no_buffer: 0, backlog: 0, recursion: 0, no_room: 0, missed_returns: 0 },
} as Summary;

const EVENTS: readonly Event[] = [
  ...way(1n, [0, 1, 2], [0, 100, 300], { cpu: 1 }),
  { packet: 2n, parent: 1n, kinship: CLONE, time: 400n, isRelation: true, isHidden: true },
  ...way(2n, [0, 1], [400, 1000], { parent: 1n, kinship: CLONE, entered: 7n }),
  ...way(3n, [0], [2000]).map((event) => ({ ...event, isLast: false })),
  { packet: 3n, time: 2500n, isDrop: true, reason: 3, address: 0x10n, isLast: true },
  ...way(4n, [0], [3000]).map((event) => ({ ...event, isLast: false })),
];

describe('statistics of a trace', () => {
  it('count its events and packets, with their ends, drops and relations', () => {
    expect(statsOf(EVENTS)).toMatchObject({
      ...{ file: null, kernel: '6.12', events: 8, losses: null },
      packets: { total: 4, complete: 3, dropped: 1 },
      relations: [{ relation: 'clone', count: 1 }],
      drops: [{ function: '0x10', reason: null, cause: null, packets: 1 }],
      latency: { count: 3, max_ns: 600, sum_ns: 1400, p50_ns: expect.closeTo(500, -1) as number },
    });
  });

  it('have functions, hops, CPUs, modules and namespaces', () => {
    const { functions, hops, cpus, modules, namespaces, uncounted } = statsOf(EVENTS);
    expect(functions.map(({ function: name, calls }) => [name, calls])).toEqual([
      ['selinux_ipv4_output', 4],
      ['ip_output', 2],
      ['nft_do_chain', 1],
    ]);
    expect(functions[0]?.share).toBeCloseTo(4 / 7);
    expect(hops.map(({ from, to, count, sum_ns: sum }) => [from, to, count, sum])).toEqual([
      ['selinux_ipv4_output', 'ip_output', 2, 700],
      ['ip_output', 'nft_do_chain', 1, 200],
    ]);
    expect(cpus).toEqual([{ cpu: 0, events: 4 }, { cpu: 1, events: 3 }]); // prettier-ignore
    expect(modules).toEqual([{ module: 'vmlinux', calls: 6 }, { module: 'nf_tables', calls: 1 }]); // prettier-ignore
    expect(namespaces).toEqual([{ netns: 7, name: 'seven', packets: 2 }]);
    expect(uncounted).toBe(0);
  });

  it('have durations of function_graph', () => {
    const events: Event[] = [
      { packet: 1n, function: 1, time: 0n, isFirst: true },
      { packet: 1n, function: 1, time: 90n, isReturn: true, duration: 90n, isLast: true },
    ];
    expect(statsOf(events, { returns: true }).functions).toMatchObject([
      { function: 'ip_output', calls: 1, time_ns: 90 },
    ]);
    expect(reported('stats', events, { returns: true })).toMatch(
      /calls +share +time\n +1 +100.0 % +90 ns +ip_output/,
    );
  });

  it('have the losses of the whole trace, by cause', () => {
    expect(statsOf(EVENTS, { summary: LOST }).losses).toEqual(LOST);
    expect(reported('stats', EVENTS, { summary: LOST })).toContain(
      'losses\n  7  lost\n  1  late\n  7  perf_buffer_full\n',
    );
  });

  it('do not know drops that were not recorded', () => {
    expect(statsOf(EVENTS, { report: { hasDrops: false } })).toMatchObject({
      ...{ drops: null, packets: { dropped: null } },
    });
  });

  it('have so many functions and hops as are asked for', () => {
    const { functions, hops } = statsOf(EVENTS, { report: { top: 1 } });
    expect([functions.length, hops.length]).toEqual([1, 1]);
  });

  it('of nothing are told', () => {
    expect(reported('stats', [])).toMatch(/^0 events, Linux 6\.12\n.*\n[^]*nothing of the trace matches\n$/);
  });

  it.each(Object.keys(RECORDINGS))('agree with the JSON of a recording: %s', async (name) => {
    const { traced, batches } = await recordingOf(name);
    const lines = parsedLines(rendered('json', traced, batches)) as {
      is_return: boolean;
      function: string;
    }[];
    const report = JSON.parse(rendered('stats-json', traced, batches)) as StatsReport;
    expect(valid(report)).toBe('');
    expect(report.events).toBe(lines.length);
    const calls = lines.filter(({ is_return: isReturn }) => !isReturn);
    for (const each of report.functions)
      expect(calls.filter((line) => line.function === each.function)).toHaveLength(each.calls);
  });
});
