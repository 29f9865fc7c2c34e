// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest of lab/vm --icount, as root: what a trace costs the traced machine when it is recorded or summarized, compared with
// `ipft -o stream >/dev/null`: in BPF for each event, and on the whole machine for each packet, with all that ipft does.
import { closeSync, openSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isIcount, MARKED, perCall, sample, unit } from './cost.mjs';
import { record } from './history.mjs';
import { folder, MARK, note, startIpft, stopIpft, tasksNs, udp } from './ipft.mjs';
import { printTable } from './table.mjs';

const PACKETS = 4_000;
/** In which everything is read, compressed and written. */
const SETTLING_MS = 2_500;
const NO_PREEMPTION = isIcount ? ['chrt', '--batch', '0'] : [];
const FILE = join(folder, 'trace.ipft');

/** What is compared, the first one with each of the others. */
const WAYS = {
  '-o stream >/dev/null': ['-o', 'stream'],
  'record -w FILE': ['record', '-w', FILE],
  'record -w FILE --ring 16MB': ['record', '-w', FILE, '--ring', '16MB', '--trigger', 'drop:NO_SOCKET'],
  paths: ['paths'],
  'paths --summarize': ['paths', '--summarize'],
};

/** What all tasks take for each of some packets; a first round warms up. */
async function ofPackets() {
  let taken = 0;
  for (let round = 0; round < 2; round++) {
    const before = tasksNs();
    await udp(MARK, PACKETS, NO_PREEMPTION);
    await sleep(SETTLING_MS);
    taken = (tasksNs() - before) / PACKETS;
  }
  return taken;
}

/** `traced`: a result of the same traffic, whose events are the calls that `args` only keeps; undefined: they are events. */
async function measure([name, args], untraced, traced) {
  const nowhere = openSync('/dev/null', 'w');
  const run = await startIpft([...args, '-v'], nowhere);
  closeSync(nowhere);
  const packet = (await ofPackets()) - untraced;
  const rounds = await sample(run);
  const { delivered, lost } = await stopIpft(run);
  const eventsOfPacket = (delivered + lost) / (2 * PACKETS + MARKED);
  const calls = args.includes('--summarize') ? traced.eventsOfPacket : eventsOfPacket;
  note(`${name}: measured`);
  return { name, unit, packet, eventsOfPacket, lost, ...perCall(rounds, calls * MARKED) };
}

const untraced = await ofPackets();
const results = [];
for (const way of Object.entries(WAYS)) results.push(await measure(way, untraced, results[0]));
const [{ packet: base }] = results;
printTable(
  `capture-cost: guest, Linux ${release()}, UDP over lo, ${unit}; a packet takes ${untraced.toFixed(0)} untraced`,
  [
    ['', 'a miss', 'a hit', 'events a packet', 'more a packet', 'of stream', 'packets/s', 'events lost'],
    ...results.map(({ name, miss, hit, eventsOfPacket, packet, lost }) => [
      name,
      miss.toFixed(0),
      hit.toFixed(0),
      eventsOfPacket.toFixed(1),
      packet.toFixed(0),
      `${((100 * packet) / base).toFixed(0)} %`,
      (1e9 / (untraced + packet)).toFixed(0),
      `${lost}`,
    ]),
  ],
);
record('capture-cost', results);
