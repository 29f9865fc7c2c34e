// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest kernel, as root: how fast UDP over the loopback goes with all functions traced by each backend, compared
// with no trace, and by kprobe-multi with programs that return at once ("null"): packets that do not match, and packets that do; and what ipft's BPF programs take for a call. On the
// clock of lab/vm --icount, packets a second are those of a machine that runs 10^9 instructions a second.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { release } from 'node:os';
import { promisify } from 'node:util';
import { isIcount, MARKED, perCall, sample, unit } from './cost.mjs';
import { record } from './history.mjs';
import { backends, MARK, note, startIpft, stopIpft, udp } from './ipft.mjs';
import { median, printTable } from './table.mjs';

const exec = promisify(execFile);

/** A clock that counts instructions shows the same in each. */
const RUNS = isIcount ? 1 : 3;
const PACKETS = 10_000;
/**
 * Before the sender. On one CPU its receiver would preempt it for some packets and not for others, by chance: five runs
 * without ipft differed by 6 %, and so by 1 %.
 */
const NO_PREEMPTION = isIcount ? ['chrt', '--batch', '0'] : [];

/** Packets a second, the middle of some runs. */
async function rate(mark) {
  const rates = [];
  for (let i = 0; i < RUNS; i++) {
    const { sent, seconds } = await udp(mark, PACKETS, NO_PREEMPTION);
    rates.push(sent / seconds);
  }
  return median(rates);
}

/** Packets a second with a program that does nothing on the functions that kprobe-multi traces; null: it cannot be attached. */
async function nullRate({ id, args }) {
  if (id !== 'kprobe-multi') return null;
  const { stdout } = await exec(process.execPath, ['dist/bin.cjs', '--list', '-o', 'json', ...args], {
    maxBuffer: 2 ** 26,
  });
  const functions = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const addresses = functions.flatMap(({ traceable, address }) => (traceable === true ? [address] : []));
  const child = spawn('.cache/bench/null', { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(`${addresses.join('\n')}\n\n`);
  await once(child.stdout, 'data');
  const result = await rate(0);
  child.stdin.end();
  await once(child, 'exit');
  return result;
}

async function measure({ id, args }) {
  const empty = await nullRate({ id, args });
  const before = await rate(0);
  const nowhere = openSync('/dev/null', 'w');
  const run = await startIpft(['-v', '-o', 'stream', ...args], nowhere);
  closeSync(nowhere);
  const unmatched = await rate(0);
  const matched = await rate(MARK);
  const rounds = await sample(run);
  const counts = await stopIpft(run);
  const after = await rate(0);
  note(`${id}: measured`);
  const eventsOfPacket = (counts.delivered + counts.lost) / (RUNS * PACKETS + MARKED);
  const cost = perCall(rounds, eventsOfPacket * MARKED);
  return { id, unit, untraced: (before + after) / 2, empty, unmatched, matched, ...cost, ...counts };
}

const results = [];
for (const backend of await backends()) results.push(await measure(backend));
const percent = (value) => `${(value * 100).toFixed(0)} %`;
printTable(
  `overhead: guest, Linux ${release()}, UDP over lo, packets a second, as a share of the untraced ones, and ${unit} in BPF`,
  [
    ['backend', 'untraced', 'null', 'no match', '', 'of null', 'match', '', 'events lost', 'a miss', 'a hit'],
    ...results.map(({ id, untraced, empty, unmatched, matched, miss, hit, delivered, lost }) => [
      id,
      untraced.toFixed(0),
      empty?.toFixed(0) ?? '-',
      unmatched.toFixed(0),
      percent(unmatched / untraced),
      empty === null ? '-' : percent(unmatched / empty),
      matched.toFixed(0),
      percent(matched / untraced),
      percent(lost / (delivered + lost)),
      miss.toFixed(0),
      hit.toFixed(0),
    ]),
  ],
);
record('overhead', results);
