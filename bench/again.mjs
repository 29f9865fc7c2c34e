// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest kernel, as root: how long the first trace of a process takes to start and how long the next ones, which read
// the table of functions again only if a module has come or gone since.
import { execFileSync } from 'node:child_process';
import { release } from 'node:os';
import { record } from './history.mjs';
import { median, printTable } from './table.mjs';
import { trace } from '../dist/index.js';

const RUNS = 7;

/** ms from trace() until probes are attached. */
async function start() {
  const began = performance.now();
  const run = trace({ mark: 1, selection: { function: /^ip_output$/ } });
  await run.ready;
  const ms = performance.now() - began;
  run.stop();
  for await (const event of run) void event;
  return ms;
}

const load = (...words) => execFileSync('modprobe', [...words, 'dummy']);

const first = await start();
const later = [];
const changed = [];
for (let i = 0; i < RUNS; i++) {
  later.push(await start());
  load(...(i % 2 === 0 ? [] : ['-r']));
  changed.push(await start());
}
const results = { first, later: median(later), changed: median(changed) };
printTable(`again: guest, Linux ${release()}, start to ready of one function, ms`, [
  ['first trace of the process', results.first.toFixed(0)],
  [`next one, of ${RUNS}`, results.later.toFixed(0)],
  [`next one, modules have changed, of ${RUNS}`, results.changed.toFixed(0)],
]);
record('again', [results]);
