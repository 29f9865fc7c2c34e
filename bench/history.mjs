// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// A line of JSON for each table, in a file that git does not know: for comparing a machine with itself over time.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { dirname } from 'node:path';

const path = process.env.BENCH_HISTORY ?? '.cache/bench/history.jsonl';

function commit() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  } catch {
    return null; // not a clone, or no git here
  }
}

/** Appends `{time, commit, machine, kernel, node, bench, results}`; `results` are objects with raw figures. */
export function record(bench, results) {
  const machine = { cpu: cpus()[0]?.model, cpus: cpus().length };
  const entry = { time: new Date().toISOString(), commit: commit(), machine, kernel: release() };
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify({ ...entry, node: process.version, bench, results })}\n`);
}
