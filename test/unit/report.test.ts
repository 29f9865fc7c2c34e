// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { CLONE } from '../../src/core/abi.js';
import { columnContext } from '../../src/core/traced.js';
import { ReportBuilder } from '../../src/exports/html/report-builder.js';
import { packReport, unpackReport } from '../../src/report/columns.js';
import type { ReportHead } from '../../src/report/head.js';
import { asText } from '../../src/exports/html/fields.js';
import { columnsOf } from '../../src/columns/index.js';
import { batchOf, CONTEXT, pack, type Event } from '../support/packets/rows.js';
import { reportTrace } from '../support/report/trace.js';

const FACTS = { ipft: '0.1.0', host: null, command: null, hasDevices: false, hasDrops: true };
const CLOCK = { realOffsetNs: 0n, firstNs: null };
const FIELDS = columnsOf(['len', 'gso-size']).map(asText);

function reportOf(events: readonly Event[], most = 1000, returns = false) {
  const trace = { context: CONTEXT, fields: FIELDS, follows: true, returns, kernel: '6.12', clock: CLOCK };
  const builder = new ReportBuilder(trace, most);
  builder.take(batchOf(pack(events)));
  return unpackReport(builder.finish(FACTS, []));
}

const numbers = (report: ReturnType<typeof reportOf>, name: string): number[] => [
  ...(report.columns.get(name) ?? []),
];

describe('columns of a report', () => {
  it('are read as they were written, whatever their width', () => {
    const columns = new Map([
      ['bytes', [0, 1, 255]],
      ['words', [0, 65_535]],
      ['integers', [0, 2 ** 32 - 1, 2 ** 31]],
      ['doubles', [2 ** 52, -1, 0.5]],
      ['empty', []],
    ]);
    const { head, columns: read } = unpackReport(packReport({ kernel: 'x' } as ReportHead, columns));
    expect(head.kernel).toBe('x');
    expect(head.columns.map(({ width }) => width)).toEqual([1, 2, 4, 8, 1]);
    for (const [name, values] of columns) expect([...(read.get(name) ?? [])]).toEqual(values);
  });
});

describe('a report', () => {
  it('has the packets with their events, in order of time', () => {
    const report = reportOf([
      { time: 100n, packet: 2n, function: 1, cpu: 3, tid: 7, len: 60, isFirst: true },
      { time: 130n, packet: 5n, function: 0, len: 40, isFirst: true, isLast: true },
      { time: 160n, packet: 2n, function: 2, gsoSize: 1448, len: 80, isLast: true },
    ]);
    expect(numbers(report, 'packet')).toEqual([2, 5]);
    expect(numbers(report, 'first')).toEqual([0, 30]);
    expect(numbers(report, 'gap')).toEqual([0, 60, 0]);
    expect(numbers(report, 'cpu')).toEqual([3, 0, 0]);
    const { functions, modules, fields } = report.head;
    expect(numbers(report, 'function').map((index) => [functions[index], modules[index]])).toEqual([
      ['ip_output', ''],
      ['nft_do_chain', 'nf_tables'],
      ['selinux_ipv4_output', ''],
    ]);
    expect(numbers(report, 'field0').map((index) => fields[0]?.values[index])).toEqual(['60', '80', '40']);
    expect(numbers(report, 'eventFlags')).toEqual([0, 1, 0]);
    expect(report.head.overview).toMatchObject({ packets: 2, events: 3, droppedPackets: 0, lengthNs: 60 });
  });

  it('says of what packets are made, also what they take later', () => {
    const report = reportOf([
      { time: 1n, packet: 1n, isFirst: true },
      { time: 2n, packet: 2n, parent: 1n, kinship: CLONE, isRelation: true, bytes: 84 },
      { time: 3n, packet: 2n, parent: 1n, family: 1n, kinship: CLONE, isFirst: true, isRelated: true },
      { time: 4n, packet: 2n, parent: 1n, kinship: CLONE, isRelation: true, bytes: 90 },
    ]);
    expect(numbers(report, 'parent')).toEqual([0, 1]);
    expect(numbers(report, 'family')).toEqual([1, 1]);
    expect(report.head.relations[numbers(report, 'relation')[1] ?? -1]).toBe('clone');
    expect(numbers(report, 'linkBytes')).toEqual([90]);
  });

  it('has lanes by the namespaces that packets come into', () => {
    const report = reportOf([
      { time: 1n, packet: 1n, isFirst: true },
      { time: 2n, packet: 1n, entered: 7n },
      { time: 3n, packet: 1n, isLast: true },
    ]);
    expect(report.head.lanes).toEqual([
      { namespace: null, device: null },
      { namespace: 'seven', device: null },
    ]);
    expect(numbers(report, 'lane')).toEqual([0, 1, 1]);
  });

  it('has durations and depths of calls, and no returns, if there are any', () => {
    const report = reportOf(
      [
        { time: 10n, packet: 1n, function: 0, address: 1n, tid: 5, isFirst: true },
        { time: 12n, packet: 1n, function: 1, address: 2n, tid: 5 },
        { time: 15n, packet: 1n, function: 1, address: 2n, tid: 5, isReturn: true, duration: 3n },
        {
          time: 20n,
          packet: 1n,
          function: 0,
          address: 1n,
          tid: 5,
          isReturn: true,
          duration: 10n,
          isLast: true,
        },
      ],
      1000,
      true,
    );
    expect(numbers(report, 'depth')).toEqual([0, 1]);
    expect(numbers(report, 'duration')).toEqual([11, 4]);
    expect(report.head.overview.events).toBe(4);
  });
});

describe('a report of more events than it may have', () => {
  const { traced, batches } = reportTrace(20_000);
  const fields = columnsOf(['len', 'gso-size', 'ifname', 'netns']).map(asText);
  const made = (most: number) => {
    const { kernel, follows, returns, clock } = traced;
    const context = columnContext(traced);
    const builder = new ReportBuilder({ context, fields, follows, returns, kernel, clock }, most);
    for (const batch of batches) builder.take(batch);
    return unpackReport(builder.finish(FACTS, []));
  };
  const whole = made(1_000_000);
  const part = made(4000);
  const wayNumbers = new Set(numbers(whole, 'class'));

  it('counts all packets nevertheless', () => {
    expect(part.head.overview).toEqual(whole.head.overview);
    expect(whole.head.overview.packets).toBe(numbers(whole, 'packet').length);
    const { time, classes, otherPackets } = whole.head.overview;
    expect(time.counts.reduce((sum, count) => sum + count, 0)).toBe(whole.head.overview.packets);
    expect(classes.reduce((sum, { packets }) => sum + packets, otherPackets)).toBe(
      whole.head.overview.packets,
    );
  });

  it('has no more, but whole packets, all dropped ones and one of each way, and says so', () => {
    const steps = numbers(part, 'steps').reduce((sum, count) => sum + count, 0);
    expect(steps).toBeLessThanOrEqual(4000);
    expect(steps).toBeGreaterThan(1000);
    expect(new Set(numbers(part, 'dropPacket')).size).toBe(whole.head.overview.droppedPackets);
    expect(new Set(numbers(part, 'class'))).toEqual(wayNumbers);
    expect(part.head.notes).toEqual([
      expect.stringMatching(/^This report has \d+ of \d+ packets: all dropped/),
    ]);
    expect(whole.head.notes).toEqual([]);
    const lengths = new Map(
      numbers(whole, 'packet').map((packet, at) => [packet, numbers(whole, 'steps')[at]]),
    );
    numbers(part, 'packet').forEach((packet, at) =>
      expect(numbers(part, 'steps')[at]).toBe(lengths.get(packet)),
    );
  });

  it('has no texts that only packets had which it has not', () => {
    const used = new Set(numbers(part, 'field0'));
    expect(part.head.fields[0]?.values).toHaveLength(used.size);
    expect(part.head.fields[0]?.values.length).toBeLessThan(whole.head.fields[0]?.values.length ?? 0);
  });
});
