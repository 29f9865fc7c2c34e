// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect } from 'vitest';
import type { Summary } from '../../../src/core/summary.js';
import { DEADBEEF, MARK } from '../ipft/running.js';
import { trace } from '../ipft/in-process.js';
import { parseResults } from '../ipft/results.js';
import { readText } from '../kernel/system.js';
import { udp } from './traffic.js';

const folder = '/sys/devices/system/cpu';

/** Parses a list of CPUs such as `0-3,8`. */
const cpusOf = (list: string): number[] =>
  list
    .trim()
    .split(',')
    .flatMap((range) => {
      const [first = NaN, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });

export const onlineCpus = (): number[] => cpusOf(readText(`${folder}/online`));
export const possibleCpus = (): number[] => cpusOf(readText(`${folder}/possible`));
export const onlineFile = (cpu: number): string => `${folder}/cpu${cpu}/online`;

/** One event per packet. */
export const ONE_PER_PACKET = ['-m', MARK, '-r', '^ip_output$', '-o', 'json'];

/** Sends marked packets on all these CPUs at the same time; `rate`: per second and CPU, 0 as fast as they can. */
export async function sendOn(cpus: readonly number[], count: number, rate = 0): Promise<void> {
  await Promise.all(cpus.map((cpu) => udp({ mark: DEADBEEF, count, rate, cpu })));
}

interface OnCpu {
  readonly timestamp: number;
  readonly processor_id: number;
}

/**
 * Traces packets of all these CPUs at the same time, ip_output() alone, and expects that each packet is shown or counted as
 * lost and that the events are in order. `shown`: events by CPU; `turns`: how often the next event is another CPU's.
 */
export async function traceOn(
  cpus: readonly number[],
  count: number,
  options: readonly string[] = [],
  rate = 0,
): Promise<{ summary: Summary; stderr: string; shown: Map<number, number>; turns: number }> {
  const running = await trace([...ONE_PER_PACKET, ...options]);
  await sendOn(cpus, count, rate);
  const { stdout, stderr } = await running.end();
  const { events, summary } = parseResults(stdout); // delivered + lost are matched
  const told = events as OnCpu[];
  expect(summary.matched).toBe(cpus.length * count);
  const early = told.filter(({ timestamp }, index) => timestamp < (told[index - 1]?.timestamp ?? 0));
  expect({ early, late: summary.late }).toEqual({ early: [], late: 0 });
  const turns = told.filter(
    ({ processor_id }, index) => processor_id !== told[index - 1]?.processor_id,
  ).length;
  const shown = new Map<number, number>();
  for (const { processor_id } of told) shown.set(processor_id, (shown.get(processor_id) ?? 0) + 1);
  return { summary, stderr, shown, turns };
}
