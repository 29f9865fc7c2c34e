// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { trace } from './in-process.js';
import { countsOf, lateOf } from './results.js';
import { udp } from '../traffic/traffic.js';

/** `    #1 16003480011 0001   function (...)` */
const LINE = /^ *#\d+ \d+ (\d{4}) /;

/**
 * Streams a flood of `count` packets from each of two CPUs; expects the output to be that which sorting it by time makes
 * of it, and both CPUs to have taken part all the time.
 */
export async function expectOrder(args: readonly string[], mark: number, count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ipft-order-'));
  const file = join(folder, 'stream');
  try {
    const running = await trace(['-m', mark.toString(), '-o', 'stream', ...args]);
    const flood = Promise.all([0, 1].map((cpu) => udp({ mark, count, rate: 0, cpu })));
    await flood.finally(() => running.end());
    const { code, stdout, stderr } = await running.ended;
    const { samples, lost, missed } = countsOf(stderr);
    console.log(`${samples} lines, ${lost} lost, ${missed} missed, ${lateOf(stderr)} late`);
    writeFileSync(file, stdout);
    const lines = stdout.trimEnd().split('\n');
    expect([code, lines.length, lateOf(stderr)]).toEqual([0, samples, 0]);
    // Not expect().toEqual(), which would show the difference of megabytes.
    const sorted = execFileSync('sort', ['-s', '-n', '-k2,2', file], { maxBuffer: 2 ** 30 });
    expect(sorted.equals(Buffer.from(stdout)), 'sorting by time changes nothing').toBe(true);
    const cpus = lines.map((line) => LINE.exec(line)?.[1]);
    const changes = cpus.filter((cpu, i) => i > 0 && cpu !== cpus[i - 1]).length;
    expect(new Set(cpus)).toEqual(new Set(['0000', '0001']));
    expect(changes).toBeGreaterThan(20);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
