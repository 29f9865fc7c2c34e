// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// How long people wait: for commands that print something, and as root for a trace by tracepoints to be ready. Wall-clock
// time of the process, median of many; with each the time of Node.js alone beside it, since other work slows both. Of the
// ready trace also its resident size.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { record } from './history.mjs';
import { residentMb, startIpft, stopIpft } from './ipft.mjs';
import { median, printTable } from './table.mjs';

const RUNS = 15;

function millisecondsOf(args) {
  const start = process.hrtime.bigint();
  spawnSync(process.execPath, args, { stdio: 'ignore' });
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const nowhere = openSync('/dev/null', 'w');
const sizes = [];

async function millisecondsToReady() {
  const run = await startIpft(['-b', 'tracepoint'], nowhere);
  sizes.push(residentMb(run.child.pid));
  await stopIpft(run);
  return run.readyAfter * 1000;
}

async function measure(name, time) {
  const [own, alone] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    alone.push(millisecondsOf(['-e', '0']));
    own.push(await time());
  }
  return { name, median: median(own), best: Math.min(...own), beyond: median(own) - median(alone) };
}

const results = [
  await measure('ipft --help', () => millisecondsOf(['dist/bin.cjs', '--help'])),
  await measure('ipft --list', () => millisecondsOf(['dist/bin.cjs', '--list'])),
];
if (process.getuid() === 0) results.push(await measure('ipft -m MARK, to ready', millisecondsToReady));
closeSync(nowhere);
printTable(`start (${RUNS} runs each)`, [
  ['command', 'median ms', 'best ms', 'beyond node -e 0'],
  ...results.map(({ name, ...times }) => [
    name,
    ...[times.median, times.best, times.beyond].map((ms) => ms.toFixed(0)),
  ]),
]);
if (sizes.length > 0) console.log(`resident when ready: ${median(sizes).toFixed(1)} MB`);
record('start', [...results, { sizes }]);
