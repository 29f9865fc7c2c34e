// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest kernel, as root: how long a trace of all functions takes to start and to end with each backend, and what
// it needs while it waits. Prints two tables. In a guest of lab/vm --icount a second is 10^9 instructions, and idle time that
// is jumped over; what all tasks ran for is without that.
import { execFile } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { record } from './history.mjs';
import { backends, cpuSeconds, folder, MARK, note, residentMb, startIpft, tasksNs } from './ipft.mjs';
import { median, printTable } from './table.mjs';

const results = join(folder, 'results');
const exec = promisify(execFile);
const seconds = (start) => (performance.now() - start) / 1000;

/** An ipft that runs, its results going to a file; resolves once it is ready. */
async function start(args) {
  note(`ipft ${args.join(' ')}`);
  const output = openSync(results, 'w');
  const before = tasksNs();
  const run = await startIpft(['-v', ...args], output);
  run.startTasks = (tasksNs() - before) / 1e9;
  closeSync(output);
  return run;
}

/** Ends it with SIGTERM; the times are from the signal. */
async function stop(run) {
  const before = tasksNs();
  const signalled = Date.now();
  run.child.kill('SIGTERM');
  await run.exited;
  run.exitAfter = (Date.now() - signalled) / 1000;
  run.exitTasks = (tasksNs() - before) / 1e9;
  run.printedAfter = Math.max(0, statSync(results).mtimeMs - signalled) / 1000;
  run.attach = Number(/^Attached in ([\d.]+) s/m.exec(run.stderr)?.[1]);
  run.detach = Number(/^Detached in ([\d.]+) s/m.exec(run.stderr)?.[1]);
  while (await keeperRuns()) await sleep(100);
  run.gone = (Date.now() - signalled) / 1000;
}

async function keeperRuns() {
  try {
    await exec('pgrep', ['-x', 'probe-keeper']);
    return true;
  } catch {
    return false; // pgrep found none
  }
}

/** CPU of a process that has nothing to do: the middle of some windows, since V8 tidies up once after a start. */
async function idlePercent(pid) {
  const windows = [];
  for (let i = 0; i < 5; i++) {
    const before = cpuSeconds(pid);
    await sleep(5000);
    windows.push(((cpuSeconds(pid) - before) / 5) * 100);
  }
  return median(windows);
}

/** Seconds that a command takes, the middle of some runs. */
async function secondsOf(...args) {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    await exec(process.execPath, args);
    times.push(seconds(began));
  }
  return median(times);
}

/** Not a number: it was left to the keeper. */
const inSeconds = (value) => (Number.isNaN(value) ? 'behind' : `${value.toFixed(2)} s`);

/** A trace of three pings, from its start until nothing of it is left. */
async function life(args) {
  const run = await start(args);
  await exec('ping', ['-c', '3', '-i', '0.2', '-m', `${MARK}`, '127.0.0.1']);
  await stop(run);
  return run;
}

/** Where a start takes longer than this, one must do. */
const QUICK_SECONDS = 10;

/** Rows of the table, and what of a run they show. */
const TIMES = {
  'start to ready': 'readyAfter',
  'of that, attaching': 'attach',
  'start to ready, all tasks': 'startTasks',
  'signal to results': 'printedAfter',
  'then detaching': 'detach',
  'signal to exit': 'exitAfter',
  'signal to exit, all tasks': 'exitTasks',
  'signal to nothing left': 'gone',
};

/** Start and end of a trace with one backend: a cell for each row of the table. */
async function cellsOf({ id, args }) {
  const first = await life(args);
  const runs = [first];
  // The first one has its files read from the disk.
  if (first.readyAfter < QUICK_SECONDS)
    runs.splice(0, 1, await life(args), await life(args), await life(args));
  const [, attached, failed] = /succeeded (\d+), failed (\d+)/.exec(first.stderr);
  const times = Object.values(TIMES).map((time) => inSeconds(median(runs.map((run) => run[time]))));
  return [id, attached, failed, ...times];
}

async function perBackend() {
  const columns = [['', 'attached', 'failed', ...Object.keys(TIMES)]];
  for (const backend of await backends()) columns.push(await cellsOf(backend));
  return columns[0].map((_, row) => columns.map((column) => column[row]));
}

/** What the backend of auto needs while nothing happens. */
async function idle() {
  const run = await start([]);
  const cpu = await idlePercent(run.child.pid);
  const resident = residentMb(run.child.pid);
  await stop(run);
  return [
    ['idle CPU, median of five 5-s windows', `${cpu.toFixed(2)} %`],
    ['resident', `${resident.toFixed(0)} MB`],
  ];
}

const node = await secondsOf('-e', '0');
const command = await secondsOf('dist/bin.cjs', '--version');
const lives = await perBackend();
printTable(`guest: Linux ${release()}, by backend`, lives);
const rows = [
  ["Node's own start, node -e 0", inSeconds(node)],
  ['ipft --version', inSeconds(command)],
  ...(await idle()),
];
printTable(`guest: Linux ${release()}, the backend of auto, all functions`, rows);
record('guest', [...lives, ...rows]);
