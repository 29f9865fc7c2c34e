// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect } from 'vitest';
import type { PathsReport } from '../../../src/outputs/reports/paths.js';
import { lineSchema } from '../../../src/results/schema.js';
import { validator } from '../schema/validate.js';
import { IpftProcess } from './process.js';

const valid = validator(lineSchema('paths'), { isClosed: true });

/** Runs `ipft paths --json` until `action` is over; resolves with its report, and what it says on stderr. */
async function ways(args: readonly string[]): Promise<() => Promise<PathsReport & { stderr: string }>> {
  const running = new IpftProcess(['paths', '--json', ...args]);
  await running.says('Trace ready!');
  return async () => {
    const { stdout, stderr } = await running.end();
    const report = JSON.parse(stdout) as PathsReport;
    expect(valid(report)).toBe('');
    return { ...report, stderr };
  };
}

/** What `ipft paths` says of the same packets with --summarize and without: both trace while `action` runs. */
export async function bothWays(
  args: readonly string[],
  action: () => Promise<unknown>,
): Promise<{ readonly kept: PathsReport; readonly traced: PathsReport }> {
  const ends = [await ways([...args, '--summarize']), await ways(args)];
  await action();
  const [kept, traced] = await Promise.all(ends.map((end) => end()));
  if (kept === undefined || traced === undefined) throw new Error('no report');
  return { kept, traced };
}

/** The classes of a report, without what differs between two traces: numbers of packets, and times. */
const classesIn = ({ roles }: PathsReport): string[] =>
  roles
    .flatMap(({ relation, gso, paths }) =>
      paths.map(({ packets, functions, drops, complete, cut }) =>
        [...functions, JSON.stringify({ relation, gso, packets, drops, complete, cut })].join(' '),
      ),
    )
    .sort();

/** How many characters of a class are shown where it differs. */
const SHOWN = 300;

/** The classes of each of two reports that the other has not, from shortly before where the first of them differ. */
export function differences(one: PathsReport, other: PathsReport): { one: string[]; other: string[] } {
  const [all, others] = [classesIn(one), classesIn(other)];
  const lacking = {
    one: all.filter((each) => !others.includes(each)),
    other: others.filter((each) => !all.includes(each)),
  };
  const [first = '', second = ''] = [lacking.one[0], lacking.other[0]];
  const at = Array.from(first).findIndex((character, index) => character !== second[index]);
  const shown = (text: string) => text.slice(Math.max(0, at - 100), at + SHOWN);
  return { one: lacking.one.map(shown), other: lacking.other.map(shown) };
}

/**
 * Every packet whose end was seen is in the report, or known to be lost. Of those that are lost, drops may be in the
 * report, without a function.
 */
export function expectAllAccounted({ summarized, roles }: PathsReport): void {
  expect(summarized).not.toBeNull();
  const { ended = 0, summarized: told = 0, lost = 0, in_flight: open = 0 } = summarized ?? {};
  const reported = roles
    .flatMap(({ paths }) => paths)
    .reduce((sum, { packets, functions, cut }) => sum + (functions.length > 0 || cut ? packets : 0), 0);
  expect([ended, reported]).toEqual([told + lost, told + open]);
}
