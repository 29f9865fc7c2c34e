// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest kernel, as root: what bench/overhead.mjs measures of ipft, with other tracers in the same run: their programs
// are named by IPFTRACE2 and PWRU, and are no part of this repository.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { sample, unit } from './cost.mjs';
import { record } from './history.mjs';
import { folder, MARK, note } from './ipft.mjs';
import { rate } from './rate.mjs';
import { printTable } from './table.mjs';
import { leftOut, namedTracers, startTracer, stopTracer } from './tracers.mjs';

const tracers = namedTracers();
for (const { id, variable } of leftOut()) note(`${id} is left out: ${variable} names no program`);

/** What bench/overhead.mjs has measured, which prints its own table. */
function overhead() {
  const history = join(folder, 'overhead.jsonl');
  const env = { ...process.env, BENCH_HISTORY: history };
  execFileSync(process.execPath, ['bench/overhead.mjs'], { env, stdio: 'inherit' });
  return JSON.parse(readFileSync(history, 'utf8')).results;
}

/** How many functions ipft traces by the backends that trace all. */
function ownFunctions() {
  const command = ['dist/bin.cjs', '--list', '-o', 'json'];
  const listed = execFileSync(process.execPath, command, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  return listed.split('\n').filter((line) => line.includes('"traceable":true')).length;
}

/** The mean of a call in the round where it is least; null: the tracer holds no program. */
function meanOf(rounds, kind) {
  const means = rounds.map((round) => round[kind]).filter(({ calls }) => calls > 0);
  return means.length === 0 ? null : Math.min(...means.map(({ ns, calls }) => ns / calls));
}

async function measure(tracer) {
  const before = await rate(0);
  const run = await startTracer(tracer, MARK);
  const functions = tracer.functions(run.said);
  const unmatched = await rate(0);
  const matched = await rate(MARK);
  const rounds = await sample(run);
  await stopTracer(run);
  const untraced = (before + (await rate(0))) / 2;
  note(`${tracer.id}: measured`);
  const [miss, hit] = [meanOf(rounds, 'missing'), meanOf(rounds, 'hitting')];
  return { id: tracer.id, unit, functions, untraced, unmatched, matched, miss, hit };
}

const all = ownFunctions();
const ipft = overhead().map((each) => ({
  ...each,
  id: `ipft, ${each.id}`,
  functions: each.id === 'fentry' ? null : all,
}));
const others = [];
for (const tracer of tracers) others.push(await measure(tracer));

const whole = (value) => (Number.isFinite(value) ? value.toFixed(0) : '-');
const share = (part, all) => (Number.isFinite(all) ? `${((part / all) * 100).toFixed(0)} %` : '-');
/** ns, or instructions, that a packet takes longer than without a tracer */
const ofPacket = (packets, untraced) => whole(1e9 / packets - 1e9 / untraced);
/** By what other tracers attach with where they can. */
const empty = ipft.find(({ id }) => id.endsWith('kprobe-multi'))?.empty ?? NaN;

printTable(
  `against: guest, Linux ${release()}, UDP over lo, packets a second; ${unit} that a packet takes longer, and in BPF a call`,
  [
    [
      ...['tracer', 'functions', 'untraced', 'no match', 'of null', 'match'],
      ...['a packet: no match', 'match', 'a call: no match', 'match'],
    ],
    ...[...ipft, ...others].map(({ id, functions, untraced, unmatched, matched, miss, hit }) => [
      id,
      whole(functions),
      whole(untraced),
      whole(unmatched),
      functions === null ? '-' : share(unmatched, empty),
      whole(matched),
      ofPacket(unmatched, untraced),
      ofPacket(matched, untraced),
      whole(miss),
      whole(hit),
    ]),
  ],
);
record('against', [...ipft, ...others]);
