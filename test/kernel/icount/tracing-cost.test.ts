// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Cost } from '../../../src/core/summary.js';
import { traceProcess } from '../../support/ipft/process.js';
import { parseResults } from '../../support/ipft/results.js';
import { COUNTS, NO_COUNTS, TIMEOUT_MS } from '../../support/kernel/icount.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { PORT, TRAFFIC } from '../../support/traffic/traffic.js';

const MARK = 0x1bf70abe;
const PACKETS = 20_000;
/** Before ipft starts. */
const UNTRACED = 5000;
/** Enough that ipft looks at the budget twice while they come. */
const LASTING = 100_000;
/** As a share of what is measured from outside. */
const TOLERANCE = 0.05;

interface Flooded {
  /** that the packets took */
  readonly seconds: number;
  readonly cost: Cost;
  readonly end: string;
  readonly code: number | null;
  readonly stderr: string;
}

/** Sends packets over lo as fast as they go, and says how many seconds it took. As a batch job: its receiver does not preempt it by chance. */
async function flood(mark: number, count: number): Promise<number> {
  const numbers = ['--mark', `${mark}`, '--count', `${count}`, '--rate', '0', '--size', '64'];
  const command = [TRAFFIC, 'udp', '--to', `127.0.0.1:${PORT}`, '--sink', ...numbers];
  const { stdout } = await promisify(execFile)('chrt', ['--batch', '0', ...command]);
  return (JSON.parse(stdout) as { seconds: number }).seconds;
}

async function flooded(args: readonly string[], mark = 0, count = PACKETS): Promise<Flooded> {
  const running = await traceProcess(['-m', `${MARK}`, '-o', 'json', ...args]);
  const seconds = await flood(mark, count);
  const { code, stdout, stderr } = await running.end();
  const { cost, end } = parseResults(stdout).summary;
  if (cost === null) throw new Error('the summary has no cost');
  return { seconds, cost, end, code, stderr };
}

const expectNear = (told: number, measured: number): void => {
  expect(told).toBeGreaterThan(measured * (1 - TOLERANCE));
  expect(told).toBeLessThan(measured * (1 + TOLERANCE));
};

afterEach(cleanUp);

describe.skipIf(!COUNTS)(`what tracing costs${NO_COUNTS}`, { timeout: TIMEOUT_MS }, () => {
  /** s of one packet */
  let untraced = Infinity;
  const withoutIpft = (count: number): number => untraced * count;
  let slowdown = NaN;

  // What runs the tests shares the one CPU with some of these floods.
  beforeAll(async () => {
    for (let i = 0; i < 8; i++) untraced = Math.min(untraced, (await flood(0, UNTRACED)) / UNTRACED);
  }, TIMEOUT_MS);

  it('is told per call that does not match, as the rate of the packets shows it', async () => {
    const { seconds, cost } = await flooded(['--budget', '1000%']);
    const measured = ((seconds - withoutIpft(PACKETS)) * 1e9) / cost.misses;
    slowdown = 1 - withoutIpft(PACKETS) / seconds;
    console.log(
      `a miss: told ${cost.miss_ns} ns, of which ${cost.dispatch_ns} around the program; measured ${measured.toFixed(1)}; slowdown ${slowdown.toFixed(3)}`,
    );
    expect(cost).toMatchObject({ hits: 0, hit_ns: null, uncalibrated: null, cpus: 1 });
    expect(cost.misses).toBeGreaterThan(PACKETS * 10);
    expectNear(cost.miss_ns ?? NaN, measured);
  });

  it('is told of calls that match, as the rate of the packets shows it', async () => {
    // Nothing is printed, so ipft itself takes next to nothing of this one CPU.
    const { seconds, cost } = await flooded(['--budget', '1000%', '--max-rate', '1'], MARK);
    const measured = (seconds - withoutIpft(PACKETS)) * 1e9;
    const told = cost.misses * (cost.miss_ns ?? NaN) + cost.hits * (cost.hit_ns ?? NaN);
    console.log(
      `a suppressed hit: told ${cost.hit_ns} ns; all calls: told ${told}, measured ${measured.toFixed(0)} ns`,
    );
    expect(cost.hits).toBeGreaterThan(PACKETS * 10);
    expectNear(told, measured);
  });

  it('ends a trace that slows packets down by more than --budget', async () => {
    const { end, code, stderr } = await flooded(['--budget', `${slowdown * 93}%`], 0, LASTING);
    expect(stderr).toMatch(/: its BPF programs, with calling them, took [\d.]+ % of a CPU for 1\.\d s, more/);
    expect([end, code]).toEqual(['budget', 8]);
  });

  it('does not end a trace that slows packets down by less than --budget', async () => {
    const { seconds, end, code } = await flooded(['--budget', `${slowdown * 107}%`], 0, LASTING);
    expect([end, code]).toEqual(['signal', 0]);
    expectNear(1 - withoutIpft(LASTING) / seconds, slowdown);
  });
});
