// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest kernel, as root: minutes of mixed traffic under one trace. Ends with 1 if the law of conservation broke,
// memory grew, or something was left behind.
//
//   node bench/soak.mjs MINUTES
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { record } from './history.mjs';
import { MARK, residentMb, startIpft, stopIpft, udp } from './ipft.mjs';
import { printTable } from './table.mjs';

const minutes = Number(process.argv[2] ?? 60);
const MOST_GROWTH = 1.2;
const PROBE_EVENTS = '/sys/kernel/tracing/kprobe_events';
const run = (file, ...args) => execFileSync(file, args, { encoding: 'utf8' });

/** Counts the lines that come through a pipe. */
function lineCounter() {
  const counter = spawn('wc', ['-l'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  counter.stdout.on('data', (piece) => (text += piece));
  const total = new Promise((done) => counter.on('close', () => done(Number(text))));
  return { input: counter.stdin, total };
}

/** A few marked packets, a burst of them, and what is none of ipft's business. */
async function trafficRound() {
  run('ping', '-q', '-c', '20', '-i', '0.05', '-m', `${MARK}`, '127.0.0.1');
  await udp(MARK, 2000);
  await udp(0, 5000);
}

/** What a trace must not leave behind. */
function leftovers() {
  const found = [];
  if (/name ipft_/.test(run('bpftool', 'prog', 'list'))) found.push('BPF programs');
  if (run('bpftool', 'link', 'list').trim() !== '') found.push('BPF links');
  if (readFileSync(PROBE_EVENTS, 'utf8') !== '') found.push('kprobe events');
  return found;
}

const counter = lineCounter();
const ipft = await startIpft(['-v', '-o', 'stream'], counter.input);
counter.input.destroy();
const end = performance.now() + minutes * 60_000;
const resident = [];
let rounds = 0;
while (performance.now() < end) {
  await trafficRound();
  rounds++;
  resident.push(residentMb(ipft.child.pid));
  console.error(`round ${rounds}: ${resident.at(-1).toFixed(0)} MB`);
}
const counts = await stopIpft(ipft);
const lines = await counter.total;
// V8 lets garbage gather: what counts is the highest that it gets.
const half = Math.ceil(resident.length / 2);
const early = Math.max(...resident.slice(0, half));
const late = Math.max(...resident.slice(-half));
const problems = leftovers().map((what) => `${what} are left`);
if (lines !== counts.delivered) problems.push(`${counts.delivered} samples, but ${lines} lines`);
if (ipft.stderr.includes('are neither among')) problems.push('the law broke');
if (late > early * MOST_GROWTH) problems.push('memory grew');
printTable(`soak: guest, Linux ${release()}, ${minutes} minutes of mixed traffic, all functions`, [
  ['', ''],
  ['rounds', rounds],
  ['delivered', counts.delivered],
  ['lost, counted', counts.lost],
  ['resident at most, first half', `${early.toFixed(0)} MB`],
  ['resident at most, second half', `${late.toFixed(0)} MB`],
  ['problems', problems.join('; ') || 'none'],
]);
record('soak', [{ minutes, rounds, ...counts, lines, early, late, problems }]);
process.exitCode = problems.length === 0 ? 0 : 1;
