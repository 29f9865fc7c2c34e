// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What --budget tells of a call, beside what packets take longer while ipft traces by tracepoints, here: packets over the
// loopback of a namespace of their own, which do not match. A pipe that is written in between shows how fast the machine is.
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { record } from './history.mjs';
import { folder, note, startIpft, stopIpft } from './ipft.mjs';
import { median, printTable } from './table.mjs';

const { OwnPackets } = createRequire(import.meta.url)(resolve('build/Release/ipft.node'));
const STARTS = 10;
const FLOOD_MS = 400;
const BURST = 32;

/** ns of a packet and of the pipe: the middle of many bursts. */
async function flood(packets) {
  const [sent, written, began] = [[], [], performance.now()];
  while (performance.now() - began < FLOOD_MS) {
    sent.push(packets.send(BURST) / BURST);
    written.push(packets.writePipe(BURST) / BURST);
    if (sent.length % 50 === 0) await sleep(1);
  }
  return { packet: median(sent), pipe: median(written), packets: sent.length * BURST };
}

const mean = (left, right) => (left + right) / 2;

async function measure(packets) {
  const before = await flood(packets);
  const file = join(folder, 'events');
  const output = openSync(file, 'w');
  const run = await startIpft(['-b', 'tracepoint', '-o', 'json', '--budget', '1000%'], output);
  closeSync(output);
  const traced = await flood(packets);
  await stopIpft(run);
  const after = await flood(packets);
  const { cost } = JSON.parse(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)).summary;
  if (cost.dispatch_ns === null) throw new Error(cost.uncalibrated);
  const calls = Math.round(cost.misses / traced.packets);
  const [untraced, pipe] = [mean(before.packet, after.packet), mean(before.pipe, after.pipe)];
  return {
    told: cost.miss_ns,
    dispatch: cost.dispatch_ns,
    calls,
    raw: (traced.packet - untraced) / calls,
    measured: ((traced.packet * pipe) / traced.pipe - untraced) / calls,
  };
}

const packets = new OwnPackets(0);
const results = [];
for (let start = 0; start < STARTS; start++) {
  results.push(await measure(packets));
  note(`start ${start + 1}: told ${results.at(-1).told} ns`);
}
packets.close();
const spread = (key) => {
  const values = results.map((each) => each[key]);
  return [median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0));
};
printTable(`budget: ns of a call that does not match, backend tracepoint, ${STARTS} starts`, [
  ['', 'middle', 'least', 'most'],
  ['told', ...spread('told')],
  ['of which around the program', ...spread('dispatch')],
  ['by the packets, at the same speed of the pipe', ...spread('measured')],
  ['by the packets', ...spread('raw')],
]);
record('budget', results);
