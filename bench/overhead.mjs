// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest kernel, as root: how fast UDP over the loopback goes with all functions traced by each backend, compared
// with no trace, and with programs in place of ipft's that return at once ("null") or only read the mark by a helper: packets that
// do not match, and packets that do; and what ipft's BPF programs take for a call. On the clock of lab/vm
// --icount, packets a second are those of a machine that runs 10^9 instructions a second.
//
//   node bench/overhead.mjs [BACKEND...]
import { closeSync, cpSync, mkdirSync, openSync, symlinkSync } from 'node:fs';
import { release } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isIcount, MARKED, perCall, sample, unit } from './cost.mjs';
import { record } from './history.mjs';
import { backends, folder, MARK, note, startIpft, stopIpft, udp } from './ipft.mjs';
import { median, printTable } from './table.mjs';

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

/** An ipft whose programs are replaced by one of bench/null: a copy, with another keeper. */
function ipftWithNull() {
  const home = join(folder, 'null');
  const built = join(home, 'build/Release');
  mkdirSync(built, { recursive: true });
  cpSync('dist', join(home, 'dist'), { recursive: true });
  cpSync('package.json', join(home, 'package.json'));
  symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
  symlinkSync(resolve('build/Release/ipft.node'), join(built, 'ipft.node'));
  symlinkSync(resolve('.cache/bench/null-keeper'), join(built, 'probe-keeper'));
  return home;
}

const nullHome = ipftWithNull();

/** Starts ipft, and waits until the start has left nothing to do, which would take time from the traffic. */
async function start(args, output, home) {
  const run = await startIpft(['-v', ...args], output, [], home);
  await sleep(2000);
  return run;
}

/** Packets a second with `program` of bench/null in place of ipft's. */
async function nullRate(program, args) {
  process.env.NULL_PROGRAM = program;
  const run = await start(args, 'ignore', nullHome);
  const result = await rate(0);
  await stopIpft(run);
  return result;
}

/** Packets a second with programs that return at once, and with ones that only read the mark; null: not for this backend. */
async function floor({ id, args }) {
  if (id === 'fentry') return { empty: null, marking: null };
  return {
    empty: await nullRate('nothing', args),
    marking: id === 'kprobe' ? await nullRate('read_mark', args) : null,
  };
}

async function measure({ id, args }) {
  const { empty, marking } = await floor({ id, args });
  const before = await rate(0);
  const nowhere = openSync('/dev/null', 'w');
  const run = await start(['-o', 'stream', ...args], nowhere);
  closeSync(nowhere);
  const unmatched = await rate(0);
  const matched = await rate(MARK);
  const rounds = await sample(run);
  const counts = await stopIpft(run);
  const after = await rate(0);
  note(`${id}: measured`);
  const eventsOfPacket = (counts.delivered + counts.lost) / (RUNS * PACKETS + MARKED);
  const cost = perCall(rounds, eventsOfPacket * MARKED);
  return { id, unit, untraced: (before + after) / 2, empty, marking, unmatched, matched, ...cost, ...counts };
}

const results = [];
const wanted = process.argv.slice(2);
for (const backend of await backends())
  if (wanted.length === 0 || wanted.includes(backend.id)) results.push(await measure(backend));
const percent = (value) => `${(value * 100).toFixed(0)} %`;
printTable(
  `overhead: guest, Linux ${release()}, UDP over lo, packets a second, as a share of the untraced ones, and ${unit} in BPF`,
  [
    [
      'backend',
      'untraced',
      'null',
      'mark only',
      'no match',
      '',
      'of null',
      'match',
      '',
      'events lost',
      'a miss',
      'a hit',
    ],
    ...results.map(({ id, untraced, empty, marking, unmatched, matched, miss, hit, delivered, lost }) => [
      id,
      untraced.toFixed(0),
      empty?.toFixed(0) ?? '-',
      marking?.toFixed(0) ?? '-',
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
