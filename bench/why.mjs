// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest of lab/vm --icount, as root: what --why costs in BPF, for each packet and for each call, that matches or does not, with
// a small ruleset whose last rule counts each packet.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { release } from 'node:os';
import { MARKED, MISSES, perCall, sample, unit } from './cost.mjs';
import { record } from './history.mjs';
import { note, startIpft, stopIpft } from './ipft.mjs';
import { printTable } from './table.mjs';

const RULESET = `table ip bench {
  chain counted { udp dport 9999 counter; }
  chain input { type filter hook input priority 0; tcp dport 22 drop; jump counted; }
}`;

/** What is compared. */
const WAYS = { '-': [], '--why nft': ['--why', 'nft'] };

async function measure([name, args]) {
  const nowhere = openSync('/dev/null', 'w');
  const run = await startIpft(['-o', 'stream', ...args], nowhere);
  closeSync(nowhere);
  const rounds = await sample(run);
  const { delivered, lost } = await stopIpft(run);
  const { miss, hit } = perCall(rounds, delivered + lost);
  const misses = rounds[0].missing.calls / MISSES;
  note(`${name}: measured`);
  return { name, unit, miss, misses, hit, hits: (delivered + lost) / MARKED };
}

execFileSync('modprobe', ['nf_tables']);
execFileSync('nft', ['-f', '-'], { input: RULESET });
const results = [];
for (const way of Object.entries(WAYS)) results.push(await measure(way));
execFileSync('nft', ['delete', 'table', 'ip', 'bench']);
printTable(`why: guest, Linux ${release()}, UDP over lo, ${unit} in BPF`, [
  ['', 'a miss', 'misses a packet', 'a packet', 'a hit', 'hits a packet', 'a packet'],
  ...results.map(({ name, miss, misses, hit, hits }) => [
    name,
    miss.toFixed(0),
    misses.toFixed(1),
    (miss * misses).toFixed(0),
    hit.toFixed(0),
    hits.toFixed(1),
    (hit * hits).toFixed(0),
  ]),
]);
record('why', results);
