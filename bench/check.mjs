// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What --check gso costs, for packets without GSO and with it (UDP over lo). In a guest: of ipft's BPF programs for a call that
// matches, in instructions in one of lab/vm --icount. Natively: CPU time of the process for an event, with the backend tracepoint.
//
//   node bench/check.mjs bpf|process
import { closeSync, openSync } from 'node:fs';
import { release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { perCall, sample, unit } from './cost.mjs';
import { record } from './history.mjs';
import { cpuSeconds, GSO, MARK, note, PRODUCER_CPU, READER_CPU, startIpft, stopIpft, udp } from './ipft.mjs';
import { median, printTable } from './table.mjs';

const PACKETS = { 'without GSO': undefined, 'with GSO': GSO };
const CHECKED = ['--check', 'gso'];

/** Has `action` do something with an ipft that runs. */
async function during(args, prefix, action) {
  const nowhere = openSync('/dev/null', 'w');
  const run = await startIpft(['-v', '-o', 'stream', ...args], nowhere, prefix);
  closeSync(nowhere);
  const result = await action(run);
  return { result, ...(await stopIpft(run)) };
}

/** Of a call that matches. */
async function ofCall(args, size) {
  const { result: rounds, delivered, lost } = await during(args, [], (run) => sample(run, size));
  return perCall(rounds, delivered + lost).hit;
}

const onCpu = (cpu) => ['taskset', '-c', `${cpu}`];
const FLOOD = 200_000;

/** ns of an event. */
async function ofEvent(args, size) {
  const { result: seconds, delivered } = await during(
    ['-b', 'tracepoint', ...args],
    onCpu(READER_CPU),
    async ({ child }) => {
      const before = cpuSeconds(child.pid);
      await udp(MARK, FLOOD, onCpu(PRODUCER_CPU), size);
      await sleep(1000); // it takes what is in the buffers
      return cpuSeconds(child.pid) - before;
    },
  );
  return (seconds * 1e9) / delivered;
}

const MEASURES = {
  bpf: { title: `a call that matches, ${unit} in BPF`, runs: 1, measure: ofCall },
  process: { title: 'an event of a tracepoint, ns of CPU time of ipft', runs: 5, measure: ofEvent },
};
const kind = process.argv[2];
const { title, runs, measure } = MEASURES[kind];

const results = [];
for (const [packets, size] of Object.entries(PACKETS)) {
  const [without, checked] = [[], []];
  // By turns, so that what else the machine does meets both alike.
  for (let run = 0; run < runs; run++) {
    without.push(await measure([], size));
    checked.push(await measure(CHECKED, size));
    note(`${packets}: ${without.at(-1).toFixed(1)}, ${checked.at(-1).toFixed(1)}`);
  }
  results.push({ packets, without, checked });
}
printTable(`check: Linux ${release()}, ${title}${runs === 1 ? '' : `, the middle of ${runs} runs`}`, [
  ['', 'without', '--check gso', 'ratio'],
  ...results.map(({ packets, without, checked }) => [
    packets,
    median(without).toFixed(1),
    median(checked).toFixed(1),
    (median(checked) / median(without)).toFixed(2),
  ]),
]);
record('check', [{ kind, results }]);
