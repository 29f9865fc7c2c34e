// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Natively, without traffic: the resident size of an ipft that gets events at a steady rate.
import { closeSync, openSync } from 'node:fs';
import { record } from './history.mjs';
import { peakMb, READER_CPU, residentMb, startIpft, stopIpft } from './ipft.mjs';
import { produceInto } from './produce.mjs';
import { printTable } from './table.mjs';

const RATE = Number(process.env.BENCH_RATE ?? 500_000);
const MILLION = 1_000_000;

async function grow(output) {
  const nowhere = openSync('/dev/null', 'w');
  const run = await startIpft(['-b', 'tracepoint', '-o', output], nowhere, [
    'taskset',
    '-c',
    `${READER_CPU}`,
  ]);
  closeSync(nowhere);
  const { pid } = run.child;
  const ready = residentMb(pid);
  await produceInto(pid, RATE, MILLION / RATE);
  const after1 = residentMb(pid);
  await produceInto(pid, RATE, (9 * MILLION) / RATE);
  const after10 = residentMb(pid);
  const peak = peakMb(pid);
  return { output, rate: RATE, ready, after1, after10, peak, ...(await stopIpft(run)) };
}

const mb = (value) => `${value.toFixed(0)} MB`;
const results = [];
for (const output of ['stream', 'json', 'aggregate']) results.push(await grow(output));
printTable(`memory: resident size at ${RATE} events/s, to /dev/null`, [
  ['output', 'ready', 'after 1 M events', 'after 10 M', 'peak', 'ratio 10 M : 1 M', 'lost'],
  ...results.map(({ output, ready, after1, after10, peak, lost }) => [
    output,
    ...[ready, after1, after10, peak].map(mb),
    (after10 / after1).toFixed(2),
    lost,
  ]),
]);
record('memory', results);
