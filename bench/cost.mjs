// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest, as root: what ipft's BPF programs take for a call that does not match and for one that does, with
// default fields. In a guest of lab/vm --icount the figures are instructions. test/kernel/icount/budget.test.ts holds them to a budget.
//
//   node bench/cost.mjs [--json] [OPTIONS OF IPFT]
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { record } from './history.mjs';
import { folder, MARK, startIpft, stopIpft, tasksNs, udp } from './ipft.mjs';
import { printTable } from './table.mjs';

const STATISTICS = '/proc/sys/kernel/bpf_stats_enabled';
const ROUNDS = 10;
/** Packets of a round. */
export const MISSES = 150;
const HITS = 50;
/** All of them that match. */
export const MARKED = ROUNDS * HITS;

/** True if the clock counts instructions: a nanosecond is one. */
export const isIcount = / ipft\.icount\b/.test(readFileSync('/proc/cmdline', 'latin1'));
export const unit = isIcount ? 'instructions' : 'ns';

/** '' for a descriptor that has been closed since it was listed. */
function toldBy(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

/** What all programs of a process took so far. From its descriptors: starting bpftool takes a guest half a second. */
function programsOf(pid) {
  const folder = `/proc/${pid}/fdinfo`;
  const total = { ns: 0, calls: 0 };
  for (const fd of readdirSync(folder)) {
    const told = toldBy(`${folder}/${fd}`);
    total.ns += Number(/^run_time_ns:\s+(\d+)/m.exec(told)?.[1] ?? 0);
    total.calls += Number(/^run_cnt:\s+(\d+)/m.exec(told)?.[1] ?? 0);
  }
  return total;
}

async function during(pid, action) {
  const before = programsOf(pid);
  await action();
  const after = programsOf(pid);
  return { ns: after.ns - before.ns, calls: after.calls - before.calls };
}

/** Has the kernel measure BPF programs, which costs each call some 40 instructions within what it measures. */
async function withStatistics(action) {
  const before = readFileSync(STATISTICS, 'utf8');
  writeFileSync(STATISTICS, '1');
  try {
    return await action();
  } finally {
    writeFileSync(STATISTICS, before);
  }
}

/** What the programs of an ipft that runs take for packets that do not match, and for MARKED that do, by rounds. `size`: of udp(). */
export const sample = ({ child }, size) =>
  withStatistics(async () => {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++)
      rounds.push({
        missing: await during(child.pid, () => udp(0, MISSES)),
        hitting: await during(child.pid, () => udp(MARK, HITS, [], size)),
      });
    return rounds;
  });

/**
 * Means of a call, in the round where they are least: interrupts, and tasks that preempt programs of fentry-multi, only add. Of
 * the calls for a packet that matches some have no skb yet, or another one: they are misses and are taken off.
 * `matched`: the events of MARKED packets.
 */
export function perCall(rounds, matched) {
  const miss = Math.min(...rounds.map(({ missing }) => missing.ns / missing.calls));
  const hits = matched / ROUNDS;
  const hit = Math.min(...rounds.map(({ hitting: { ns, calls } }) => (ns - (calls - hits) * miss) / hits));
  return { miss, hit };
}

/** Calls of all packets in a report of ipft paths --json. */
const callsIn = ({ roles }) =>
  roles
    .flatMap(({ paths }) => paths)
    .reduce((calls, { packets, functions }) => calls + packets * functions.length, 0);

/** The same of a call if the kernel keeps the packets' ways: their records are part of it. */
export async function keeping(args = []) {
  const report = join(folder, 'paths.json');
  const output = openSync(report, 'w');
  const run = await startIpft(['paths', '--summarize', '--json', ...args], output);
  closeSync(output);
  const rounds = await sample(run);
  await stopIpft(run);
  return perCall(rounds, callsIn(JSON.parse(readFileSync(report, 'utf8')))).hit;
}

/** Starts ipft, sends packets, ends it. */
async function measure(args) {
  const nowhere = openSync('/dev/null', 'w');
  const tasks = tasksNs();
  const run = await startIpft(['-v', '-o', 'stream', ...args], nowhere);
  const start = { tasks: tasksNs() - tasks, clock: run.readyAfter * 1e9 };
  closeSync(nowhere);
  const rounds = await sample(run);
  const { delivered, lost } = await stopIpft(run);
  const [, backend] = /^Backend ([\w-]+): (?!no,)/m.exec(run.stderr) ?? [];
  const matched = delivered + lost;
  return { backend, start, rounds, matched, ...perCall(rounds, matched) };
}

async function main([first, ...rest]) {
  const isJson = first === '--json';
  const args = isJson ? rest : [first, ...rest].filter((word) => word !== undefined);
  const result = { kernel: release(), isIcount, ...(await measure(args)), kept: await keeping(args) };
  if (isJson) return void console.log(JSON.stringify(result));
  const { kernel, backend, miss, hit, kept, start } = result;
  printTable(`cost: guest, Linux ${kernel}, ${backend}, UDP over lo, ${unit} in BPF`, [
    ['a call that does not match', miss.toFixed(1)],
    ['a call that does', hit.toFixed(1)],
    ['the same with ipft paths --summarize', kept.toFixed(1)],
    ['start to ready, all tasks, millions', (start.tasks / 1e6).toFixed(0)],
    ['start to ready, the clock, millions', (start.clock / 1e6).toFixed(0)],
  ]);
  record('cost', [result]);
}

if (process.argv[1] === resolve(fileURLToPath(import.meta.url))) await main(process.argv.slice(2));
