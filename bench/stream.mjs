// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The whole path natively, without traffic: BPF programs make events as fast as they can, or at a pace, and ipft makes
// text or a capture file of them. What a C program that only copies the records takes in the same run is the ceiling.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { record } from './history.mjs';
import { cpuSeconds, PRODUCER_CPU, READER_CPU, startIpft, stopIpft } from './ipft.mjs';
import { produceInto, producer } from './produce.mjs';
import { printTable } from './table.mjs';

const exec = promisify(execFile);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);
const RATES = (process.env.BENCH_RATES ?? '0.5,1,1.25,1.5,1.75,2,2.25,2.5')
  .split(',')
  .map((millions) => Number(millions) * 1e6);
const UNPACED = 0;
const FILES = process.env.BENCH_FILES ?? '/dev/shm';
const PAGES = (process.env.BENCH_PAGES ?? 'default').split(',');
const million = (events) => (events / 1e6).toFixed(2);

/** Where the text goes: a descriptor, and what is to be done with it afterwards. */
const targets = {
  '/dev/null': () => ({ fd: openSync('/dev/null', 'w'), end: () => undefined }),
  // In memory, since the kernel makes those wait who write more than the disk takes.
  file: () => {
    const path = join(FILES, `ipft-bench-${process.pid}`);
    return { fd: openSync(path, 'w'), end: () => rmSync(path) };
  },
  pipe: () => {
    const reader = spawn('taskset', ['-c', `${READER_CPU}`, 'sh', '-c', 'exec cat >/dev/null'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    return { fd: reader.stdin, end: () => reader.stdin.destroy() };
  },
};

async function once(output, target, pages, rate) {
  const { fd, end } = targets[target]();
  const results = output === 'capture' ? ['record', '-w', '-'] : ['-o', output];
  const args = [...results, '-b', 'tracepoint'];
  if (pages !== 'default') args.push('--perf-page-count', pages);
  const run = await startIpft(args, fd, ['taskset', '-c', `${READER_CPU}`]);
  if (typeof fd === 'number') closeSync(fd);
  const before = cpuSeconds(run.child.pid);
  const made = await produceInto(run.child.pid, rate, SECONDS);
  const cpu = cpuSeconds(run.child.pid) - before;
  const { delivered, lost } = await stopIpft(run);
  end();
  const result = { output, target, pages, rate, ...made, delivered, lost, cpu };
  if (made.produced !== delivered + lost) throw new Error(`the law is broken: ${JSON.stringify(result)}`);
  return result;
}

/** The highest of the rates at which nothing is lost. */
async function highest(output, target, pages) {
  const runs = [];
  for (const rate of RATES) {
    const run = await once(output, target, pages, rate);
    runs.push(run);
    if (run.lost > 0) break;
  }
  return runs;
}

async function ceiling(rate) {
  const args = ['ceiling', '4096', `${rate}`, `${SECONDS}`, `${PRODUCER_CPU}`, `${READER_CPU}`];
  const { stdout } = await exec(producer, args);
  const { produced, seconds, copied } = JSON.parse(stdout);
  return { output: 'C, copies only', rate, produced, seconds, delivered: copied, lost: produced - copied };
}

if (cpus().length < 2) throw new Error('the producer needs a CPU of its own');
const top = await ceiling(UNPACED);
const results = [top];
const perSecond = ({ delivered, seconds }) => delivered / seconds;
const rows = [];
const wanted = process.argv.slice(2);
for (const output of wanted.length > 0 ? wanted : ['stream', 'json', 'aggregate', 'capture']) {
  for (const target of (process.env.BENCH_TARGETS ?? Object.keys(targets).join(',')).split(',')) {
    for (const pages of PAGES) {
      const runs = await highest(output, target, pages);
      const unpaced = await once(output, target, pages, UNPACED);
      results.push(...runs, unpaced);
      const best = runs.filter(({ lost }) => lost === 0).at(-1);
      rows.push([
        `${output}, ${target}, ${pages} pages`,
        best === undefined ? 'none' : million(perSecond(best)),
        `${((1e9 * unpaced.cpu) / unpaced.delivered).toFixed(0)} ns`,
        million(perSecond(unpaced)),
        `${((100 * unpaced.lost) / unpaced.produced).toFixed(1)} %`,
        (perSecond(unpaced) / perSecond(top)).toFixed(2),
      ]);
    }
  }
}
printTable(
  `stream: ${SECONDS} s each, M events/s; C copies ${million(perSecond(top))} of ${million(top.produced / top.seconds)}`,
  [['output', 'nothing lost up to', 'CPU per event', 'unpaced', 'lost', 'of C'], ...rows],
);
const merge = execFileSync('bench/merge/build', { encoding: 'utf8' }).trim();
const merging = execFileSync(merge, ['2', '16', '64', '256'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
printTable('reading the ring buffers and merging them by time, each event from another CPU', [
  ['CPUs', 'CPU per event'],
  ...merging.map(({ cpus, ns }) => [String(cpus), `${ns.toFixed(0)} ns`]),
]);
record('stream', [...results, ...merging]);
