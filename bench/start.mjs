// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// How long the commands take that people wait for: wall-clock time of the process, median of many.
import { spawnSync } from 'node:child_process';
import { median, printTable } from './table.mjs';

const RUNS = 15;

function milliseconds(args) {
  const runs = Array.from({ length: RUNS }, () => {
    const start = process.hrtime.bigint();
    spawnSync(process.execPath, args, { stdio: 'ignore' });
    return Number(process.hrtime.bigint() - start) / 1e6;
  });
  return { median: median(runs), best: Math.min(...runs) };
}

const commands = [
  ['node alone', ['-e', '0']],
  ['ipft --help', ['dist/bin.cjs', '--help']],
  ['ipft --list', ['dist/bin.cjs', '--list']],
];
printTable(`start (${RUNS} runs each)`, [
  ['command', 'median ms', 'best ms'],
  ...commands.map(([name, args]) => {
    const { median: middle, best } = milliseconds(args);
    return [name, middle.toFixed(0), best.toFixed(0)];
  }),
]);
