// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/core/summary.js';
import { ipft, killLeftovers, type Result } from '../support/stand-ins/process.js';

afterEach(killLeftovers);

function summaryOf({ stdout }: Result): { lines: number; summary: Summary } {
  const lines = stdout.trimEnd().split('\n');
  const { summary } = JSON.parse(lines.pop() ?? '') as { summary: Summary };
  return { lines: lines.length, summary };
}

describe('a trace', () => {
  it('ends when its programs go over --budget, with exit code 8 and the results printed', async () => {
    const env = { FAKE_RUN_TIME_SHARE: '0.5', FAKE_LOST: '0' };
    const result = await ipft(['-m', '1', '-o', 'json', '--budget', '20%'], { env }).ended;
    expect(result.stderr).toMatch(
      /Trace done!\nipft: detached, to spare this machine: its BPF programs took [45]\d(\.\d)? % of a CPU for \d\.\d s, more than --budget 20 %\nTry: fewer events/,
    );
    expect(summaryOf(result)).toMatchObject({ lines: 4, summary: { end: 'budget' } });
    expect(result.code).toBe(8);
  });

  it('with --budget tells what it cost, and what of that is not known', async () => {
    const env = { FAKE_RUN_TIME_SHARE: '0.5', FAKE_LOST: '0' };
    const args = ['-m', '1', '-o', 'json', '--budget', '400%', '--duration', '500ms'];
    const result = await ipft(args, { env }).ended;
    const { cost } = summaryOf(result).summary;
    const unknown = { miss_ns: null, hit_ns: null, dispatch_ns: null };
    const reason = 'network namespace: the kernel makes none (ENOSPC)';
    expect(cost).toMatchObject({ ...unknown, hits: 4, uncalibrated: reason });
    expect(cost?.tracing_share).toBeCloseTo(0.5, 1);
    expect(cost?.tracing_share_per_cpu).toBeCloseTo((cost?.tracing_share ?? NaN) / (cost?.cpus ?? NaN), 4);
    expect(result.stderr).toContain(
      `warning: --budget counts the time in the BPF programs only, as the kernel's calls of them could not be timed: ${reason}\nTry: user.max_net_namespaces above 0`,
    );
    expect(result.stderr).toMatch(/^BPF programs took [45]\d(\.\d)? % of a CPU .* and 4 that did; ipft/m);
  });

  it('goes on while it stays within --budget', async () => {
    const env = { FAKE_RUN_TIME_SHARE: '0.5', FAKE_LOST: '0' };
    const args = ['-m', '1', '-o', 'json', '--budget', '400%', '--duration', '2.5s'];
    const result = await ipft(args, { env }).ended;
    expect(summaryOf(result).summary.end).toBe('duration');
    expect(result.code).toBe(0);
  });
});
