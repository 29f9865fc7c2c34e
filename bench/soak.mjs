// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest kernel, as root: minutes of mixed traffic under one trace with --check gso. Ends with 1 if the law of conservation
// broke, memory grew, the check found something wrong, or something was left behind.
//
//   node bench/soak.mjs MINUTES
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { record } from './history.mjs';
import { residentMb, startIpft, stopIpft } from './ipft.mjs';
import { openMixedTraffic } from './mixed.mjs';
import { printTable } from './table.mjs';

const minutes = Number(process.argv[2] ?? 60);
const MOST_GROWTH = 1.2;
const PROBE_EVENTS = '/sys/kernel/tracing/kprobe_events';
const run = (file, ...args) => execFileSync(file, args, { encoding: 'utf8' });

/** Exit codes of an ipft whose check has found nothing, and something. */
const ENDS = [0, 9];

/** Counts events, shows the first violations with their events on stderr, and leaves out where packets go. */
const LINES =
  '/^ *! /{ if (n != last && v++ < 20) print event > "/dev/stderr"; if (v <= 20) print > "/dev/stderr"; last = n; next } /^ *> /{ next } { n++; event = $0 } END { print n + 0 }';

/** Counts the events that come through a pipe as lines. */
function lineCounter() {
  const counter = spawn('awk', [LINES], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  counter.stdout.on('data', (piece) => (text += piece));
  const total = new Promise((done) => counter.on('close', () => done(Number(text))));
  return { input: counter.stdin, total };
}

/** How many events of GSO packets were checked, and what was wrong. */
function checkedBy({ stderr }) {
  const [, violations, checked] = /^(\d+) violations in (\d+) events of GSO packets/m.exec(stderr) ?? [];
  if (checked === undefined) throw new Error(`ipft has not checked anything: ${stderr}`);
  return { checked: Number(checked), violations: Number(violations) };
}

/** What a trace must not leave behind. */
function leftovers() {
  const found = [];
  if (/name ipft_/.test(run('bpftool', 'prog', 'list'))) found.push('BPF programs');
  if (run('bpftool', 'link', 'list').trim() !== '') found.push('BPF links');
  if (readFileSync(PROBE_EVENTS, 'utf8') !== '') found.push('kprobe events');
  return found;
}

const traffic = await openMixedTraffic();
const counter = lineCounter();
const ipft = await startIpft(['-v', '-o', 'stream', '--check', 'gso', '--fail-on-check'], counter.input);
counter.input.destroy();
const end = performance.now() + minutes * 60_000;
const resident = [];
let rounds = 0;
while (performance.now() < end) {
  await traffic.round();
  rounds++;
  resident.push(residentMb(ipft.child.pid));
  console.error(`round ${rounds}: ${resident.at(-1).toFixed(0)} MB`);
}
const counts = { ...(await stopIpft(ipft, ENDS)), ...checkedBy(ipft) };
await traffic.close();
const lines = await counter.total;
// V8 lets garbage gather: what counts is the highest that it gets.
const half = Math.ceil(resident.length / 2);
const early = Math.max(...resident.slice(0, half));
const late = Math.max(...resident.slice(-half));
const problems = leftovers().map((what) => `${what} are left`);
if (lines !== counts.delivered) problems.push(`${counts.delivered} samples, but ${lines} lines`);
if (ipft.stderr.includes('are neither among')) problems.push('the law broke');
if (counts.checked === 0) problems.push('no GSO packet was checked');
if (counts.violations > 0) problems.push(`${counts.violations} violations`);
if (late > early * MOST_GROWTH) problems.push('memory grew');
printTable(`soak: guest, Linux ${release()}, ${minutes} minutes of mixed traffic, all functions`, [
  ['', ''],
  ['rounds', rounds],
  ['delivered', counts.delivered],
  ['lost, counted', counts.lost],
  ['events of GSO packets, checked', counts.checked],
  ['violations', counts.violations],
  ['resident at most, first half', `${early.toFixed(0)} MB`],
  ['resident at most, second half', `${late.toFixed(0)} MB`],
  ['problems', problems.join('; ') || 'none'],
]);
record('soak', [{ minutes, rounds, ...counts, lines, early, late, problems }]);
process.exitCode = problems.length === 0 ? 0 : 1;
