// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Natively, with the backend tracepoint: a reader of the results that stops reading for a while. What the traced traffic
// notices of it, and whether what is lost is counted.
import { setTimeout as sleep } from 'node:timers/promises';
import { record } from './history.mjs';
import { MARK, startIpft, stopIpft, udp } from './ipft.mjs';
import { median, printTable } from './table.mjs';

const STALL_SECONDS = 5;
const PACKETS = 20_000;

async function ratesDuring(seconds) {
  const rates = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const { sent, seconds: elapsed } = await udp(MARK, PACKETS);
    rates.push(sent / elapsed);
  }
  return rates;
}

const run = await startIpft(['-b', 'tracepoint', '-o', 'json', '--perf-page-count', '256'], 'pipe');
const reader = run.child.stdout;
let lines = 0;
reader.on('data', (bytes) => {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
});
const phases = { 'reader reads': await ratesDuring(STALL_SECONDS) };
reader.pause();
await sleep(500);
const before = lines;
phases['reader has stopped'] = await ratesDuring(STALL_SECONDS);
const meanwhile = lines - before;
reader.resume();
phases['reader reads again'] = await ratesDuring(STALL_SECONDS);
const ended = new Promise((done) => reader.on('end', done));
const { delivered, lost } = await stopIpft(run);
await ended;
printTable(`stall: a pipe whose reader stops for ${STALL_SECONDS} s; the sender's packets a second`, [
  ['', 'median', 'least', 'most'],
  ...Object.entries(phases).map(([name, rates]) => [
    name,
    ...[median(rates), Math.min(...rates), Math.max(...rates)].map((rate) => rate.toFixed(0)),
  ]),
]);
console.log(
  `  ${delivered} delivered, ${lost} lost, ${lines} lines read, ${meanwhile} of them while stopped`,
);
record('stall', [{ phases, delivered, lost, lines }]);
