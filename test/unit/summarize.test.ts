// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { CLONE, WAY_STEPS } from '../../src/core/abi.js';
import { droppedPackets } from '../../src/core/dropped.js';
import { outputOf } from '../../src/outputs/index.js';
import type { PathsReport } from '../../src/outputs/reports/paths.js';
import { createOutput } from '../../src/results/render.js';
import { lineSchema } from '../../src/results/schema.js';
import { WAYS_LAYOUT } from '../../src/core/way-row.js';
import { CONTEXT, textOf } from '../support/packets/rows.js';
import { wayBatch, type WayEvent } from '../support/packets/way-rows.js';
import { validator } from '../support/schema/validate.js';

const NAMES = ['ip_output', 'ip_rcv', 'packet_rcv', 'kfree_skbmem', 'br_forward'];
const context = {
  ...CONTEXT,
  names: NAMES,
  modules: NAMES.map(() => 'vmlinux'),
  dropReason: () => 'OTHERHOST',
};
const valid = validator(lineSchema('paths'), { isClosed: true });

/** The report on rows that come in these batches. `id`: of the output. */
function reportText(id: string, batches: readonly (readonly WayEvent[])[], drops = false): string {
  const options = { kernel: '6.12', follows: true, rowSize: WAYS_LAYOUT.rowSize };
  const dropped = drops ? droppedPackets(context, true) : null;
  const output = createOutput(outputOf(id), context, { ...options, dropped, report: { full: true } });
  return textOf([...batches.map((batch) => output.batch(wayBatch(batch))), ...output.results()]);
}

function pathsOf(...batches: (readonly WayEvent[])[]): PathsReport {
  const report = JSON.parse(reportText('paths-json', batches)) as PathsReport;
  expect(valid(report)).toBe('');
  return report;
}

const functionsIn = ({ roles }: PathsReport): unknown =>
  roles.flatMap(({ paths }) => paths.map(({ packets, functions }) => [packets, ...functions]));

describe('ways that the kernel has kept', () => {
  it('are classes by their hash, with the functions of the first packet', () => {
    const report = pathsOf([
      { packet: 1n, hash: 5n, functions: [0, 1, 3], first: 1000n, length: 200n },
      { packet: 2n, hash: 5n, calls: 3, first: 2000n, length: 900n },
      { packet: 3n, hash: 6n, functions: [0, 3] },
    ]);
    expect(functionsIn(report)).toEqual([
      [2, 'ip_output', 'ip_rcv', 'kfree_skbmem'],
      [1, 'ip_output', 'kfree_skbmem'],
    ]);
    expect(report.roles[0]?.paths[0]).toMatchObject({
      ...{ complete: true, cut: false, examples: [1, 2], times_ns: [0, 100, 200] },
      latency: { count: 2, max_ns: 900, sum_ns: 1100 },
    });
  });

  it('wait for the packet that their functions come with, and are told without if none comes', () => {
    expect(
      functionsIn(
        pathsOf(
          [{ packet: 1n, hash: 5n, calls: 2 }],
          [{ packet: 2n, hash: 7n, calls: 2 }],
          [{ packet: 3n, hash: 5n, functions: [0, 3] }],
        ),
      ),
    ).toEqual([[2, 'ip_output', 'kfree_skbmem'], [1]]);
  });

  it('have the functions that came with packets which are not shown', () => {
    const rows: WayEvent[] = [
      { packet: 1n, hash: 5n, functions: [0, 3] },
      { packet: 2n, kind: 'drop', time: 1000n, reason: 2 },
      { packet: 2n, hash: 5n, calls: 2 },
    ];
    const report = JSON.parse(reportText('paths-json', [rows], true)) as PathsReport;
    expect(functionsIn(report)).toEqual([[1, 'ip_output', 'kfree_skbmem']]);
  });

  it('have times beyond 2.1 s in units of 1024 ns', () => {
    const since = [0, 0x7fffffff, 0x80000000 + 4_000_000];
    const [path] = pathsOf([{ packet: 1n, functions: [0, 1, 3], since }]).roles[0]?.paths ?? [];
    expect(path?.times_ns).toEqual([0, 0x7fffffff, 0x7fffffff + 4_000_000 * 1024]);
  });

  it('are told to be cut beyond the functions that were kept', () => {
    const functions = Array.from({ length: WAY_STEPS }, () => 0);
    const cut = { packet: 1n, hash: 9n, functions, calls: WAY_STEPS + 3 };
    expect(pathsOf([cut]).roles[0]?.paths[0]).toMatchObject({ cut: true });
    expect(reportText('paths', [[cut]])).toContain(`more than ${WAY_STEPS} functions`);
    expect(pathsOf([{ ...cut, calls: WAY_STEPS }]).roles[0]?.paths[0]).toMatchObject({ cut: false });
  });

  it('with the same hash and other functions are counted together, which is told', () => {
    const rows = [
      { packet: 1n, hash: 5n, functions: [0, 3] },
      { packet: 2n, hash: 5n, functions: [1, 3] },
    ];
    expect(pathsOf(rows)).toMatchObject({ collisions: 1, roles: [{ packets: 2, ways: 1 }] });
    expect(reportText('paths', [rows])).toContain('1 packet at least took other ways');
    expect(pathsOf([rows[0] as WayEvent])).toMatchObject({ collisions: 0 });
  });

  it('are told apart by ends that were not seen, by GSO and by drops', () => {
    const [functions, hash] = [[0, 3], 5n];
    const { roles } = pathsOf([
      { packet: 1n, hash, functions },
      { packet: 2n, hash, isOpen: true, calls: 2 },
      { packet: 3n, hash, gsoSize: 1448, calls: 2 },
      { packet: 4n, kind: 'drop', time: 1050n, reason: 2 },
      { packet: 4n, hash, calls: 2, length: 10n },
    ]);
    const told = roles.map(({ gso, paths }) => [
      gso,
      paths.map(({ complete, drops, latency }) => [complete, drops.length, latency.max_ns]),
    ]);
    expect(told).toEqual([
      [
        false,
        [
          [true, 0, 0],
          [true, 1, 50],
          [false, 0, 0],
        ],
      ],
      [true, [[true, 0, 0]]],
    ]);
  });
});

describe('a dropped clone', () => {
  const clone = { packet: 2n, parent: 1n, kinship: CLONE };
  const rows = (parent: readonly number[], after: number): WayEvent[] => [
    { ...clone, kind: 'relation', after },
    { ...clone, kind: 'drop', time: 1000n, reason: 2 },
    { ...clone, hash: 2n, functions: [1, 3] },
    { packet: 1n, hash: 3n, functions: parent },
  ];
  const drops = (events: WayEvent[]): number | undefined =>
    pathsOf(events).roles.find(({ relation }) => relation === 'clone')?.paths[0]?.drops.length;

  it('is none if its parent has gone on after it was cloned', () => {
    expect(drops(rows([0, 1, 3], 1))).toBe(0);
  });

  it('is none if its parent has gone on beyond what was kept of its way', () => {
    const parent = Array.from({ length: WAY_STEPS }, () => 3);
    const events = rows(parent, WAY_STEPS + 5).map((row) =>
      row.packet === 1n ? { ...row, calls: WAY_STEPS + 9 } : row,
    );
    expect(drops(events)).toBe(0);
  });

  it('is one if its parent has not, whatever it did before', () => {
    expect(drops(rows([0, 1, 3], 2))).toBe(1);
  });
});

describe('a packet that is dropped since it was sent to another host', () => {
  const parent = { packet: 1n };
  const rows = (clone: readonly number[]): WayEvent[][] => [
    [
      { packet: 2n, parent: 1n, kinship: CLONE, kind: 'relation', after: 1 },
      { ...parent, kind: 'drop', time: 1000n, reason: 2 },
      { ...parent, hash: 2n, functions: [1, 3] },
    ],
    [{ packet: 2n, parent: 1n, kinship: CLONE, hash: 3n, functions: clone }],
  ];
  const isDropped = (clone: readonly number[]): boolean => {
    const { roles } = pathsOf(...rows(clone));
    return roles.some(({ paths }) => paths.some(({ drops }) => drops.length > 0));
  };

  it('is none if a bridge has sent on its clone, whose way comes later', () => {
    expect([isDropped([4, 3]), isDropped([0, 3])]).toEqual([false, true]);
  });
});
