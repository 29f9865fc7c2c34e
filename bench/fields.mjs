// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Natively, with the backend tracepoint: what fields and filters cost. Nanoseconds of a run of ipft's programs, from the
// kernel's run-time statistics; and the time of a trace of nothing, from start to end.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { record } from './history.mjs';
import { MARK, startIpft, stopIpft, udp } from './ipft.mjs';
import { median, printTable } from './table.mjs';

const ROUNDS = 5;
const STARTS = 15;
const PACKETS = 20_000;
const OTHER_MARK = MARK + 1;
const STATISTICS = '/proc/sys/kernel/bpf_stats_enabled';
const PCAP = ['--filter', 'host 10.0.0.1 and tcp and port 80 and not port 443'];
const SIXTEEN =
  'len,data_len,mark,protocol,ifindex,netns,queue,hash,vlan,ttl,ip_id,gso_size,nr_frags,skb->dev->mtu,skb->sk->sk_family,skb->truesize';

/** What ipft gets behind `-m MARK`, and the mark of the packets. */
const RUNS = {
  'hit, 2 fields': [['-f', 'len,mark'], MARK],
  'hit, 16 fields': [['-f', SIXTEEN], MARK],
  'miss, -m': [[], OTHER_MARK],
  'miss, --filter with 4 terms': [['-m', '0', '--mask', '0', ...PCAP], OTHER_MARK],
};
const STARTS_WITH = {
  'nothing more': [],
  '6 fields': ['-f', 'len,mark,ifname,tuple,netns,skb->sk->sk_family'],
  '6 fields, 2 filters': [
    '-f',
    'len,mark,ifname,tuple,netns,skb->sk->sk_family',
    ...PCAP,
    '--where',
    'skb->len > 100',
  ],
};

const programs = () =>
  JSON.parse(execFileSync('bpftool', ['-j', 'prog'], { encoding: 'utf8' })).filter(({ name }) =>
    name?.startsWith('ipft_'),
  );

/** Mean ns of a run of all programs, while the packets go. */
async function nanoseconds([args, mark]) {
  const run = await startIpft(['-b', 'tracepoint', '-o', 'stream', ...args], 'ignore');
  await udp(mark, PACKETS);
  const seen = programs();
  await stopIpft(run);
  const sum = (member) => seen.reduce((total, program) => total + (program[member] ?? 0), 0);
  return sum('run_time_ns') / sum('run_cnt');
}

function startMs(args) {
  const began = performance.now();
  const command = ['dist/bin.cjs', '-m', `${MARK}`, '-b', 'tracepoint', ...args, '--', 'true'];
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - began;
}

/** Rounds of all cases by turns, so that what else the machine does meets all alike. */
async function measure(cases, rounds, one) {
  const results = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, given] of Object.entries(cases)) results[name].push(await one(given));
  return results;
}

const before = readFileSync(STATISTICS, 'utf8');
writeFileSync(STATISTICS, '1');
let runs;
try {
  runs = await measure(RUNS, ROUNDS, nanoseconds);
} finally {
  writeFileSync(STATISTICS, before);
}
const starts = await measure(STARTS_WITH, STARTS, startMs);

const rows = Object.entries(runs).map(([name, ns], i) => {
  const base = Object.values(runs)[i - (i % 2)];
  return [name, median(ns).toFixed(0), Math.min(...ns).toFixed(0), (median(ns) / median(base)).toFixed(2)];
});
printTable(`fields: a run of a program, the middle of ${ROUNDS} rounds of ${PACKETS} packets`, [
  ['', 'ns', 'least', 'x'],
  ...rows,
]);
const [plain] = Object.values(starts);
printTable(`fields: ipft -b tracepoint -- true, the middle of ${STARTS} runs`, [
  ['with', 'ms', 'least', 'more than with nothing'],
  ...Object.entries(starts).map(([name, ms]) => [
    name,
    median(ms).toFixed(0),
    Math.min(...ms).toFixed(0),
    (median(ms) - median(plain)).toFixed(0),
  ]),
]);
record('fields', [{ runs, starts }]);
