// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest kernel, as root: what a flood of marked packets loses, by size of the ring buffer, whether what is
// printed is in order of time, and whether a witness, nft, saw as many packets.
//
//   node bench/flood.mjs PAGES:RUNS ...      PAGES may be `default`, and may be followed by `+alone`: with --no-follow
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { record } from './history.mjs';
import { folder, MARK, note, startIpft, stopIpft, udp } from './ipft.mjs';
import { median, printTable } from './table.mjs';

const PACKETS = Number(process.env.BENCH_PACKETS ?? 20_000);
const TABLE = 'ipft_bench';
const results = join(folder, 'results');

const nft = (...args) => execFileSync('nft', args, { encoding: 'utf8' });

/** The number of packets that nft counted in the output hook meanwhile. */
async function witnessed(action) {
  nft(
    `table ip ${TABLE} { chain output { type filter hook output priority 0; meta mark ${MARK} counter; }; }`,
  );
  try {
    await action();
    return Number(/counter packets (\d+)/.exec(nft('list', 'table', 'ip', TABLE))[1]);
  } finally {
    nft('delete', 'table', 'ip', TABLE);
  }
}

// Node takes as long for a line in an emulated guest as ipft does.
const LINES =
  '{ n++; if ($4 == "ip_output") o++; if ($2 < t) d++; t = $2 } END { print n + 0, o + 0, d + 0 }';

/** Lines of `-o stream`: how many there are, those of ip_output, and those that are earlier than the line before. */
function readResults() {
  const [lines, outputs, disorder] = execFileSync('awk', [LINES, results], { encoding: 'utf8' })
    .split(' ')
    .map(Number);
  return { lines, outputs, disorder };
}

async function flood(size) {
  const [pages, ...options] = size.split('+');
  const output = openSync(results, 'w');
  const run = await startIpft(
    [
      ...['-v', '-o', 'stream', ...(pages === 'default' ? [] : ['--perf-page-count', pages])],
      ...(options.includes('alone') ? ['--no-follow'] : []),
    ],
    output,
  );
  closeSync(output);
  let traffic;
  const witness = await witnessed(async () => (traffic = await udp(MARK, PACKETS)));
  const counts = await stopIpft(run);
  const missed = Number(/(\d+) calls were missed/.exec(run.stderr)?.[1] ?? 0);
  const lawHolds = !run.stderr.includes('are neither among the samples nor the lost ones');
  const found = readResults();
  note(`${size} pages: ${counts.delivered} delivered, ${counts.lost} lost`);
  return { pages: size, witness, missed, ...counts, ...found, lawHolds, floodSeconds: traffic.seconds };
}

const share = ({ lost, delivered }) => (100 * lost) / (lost + delivered);

function row(pages, runs) {
  const shares = runs.map(share);
  const whole = runs.filter(({ lost, missed }) => lost + missed === 0);
  return [
    pages,
    runs.length,
    `${median(shares).toFixed(1)} %`,
    `${Math.max(...shares).toFixed(1)} %`,
    median(runs.map(({ outputs }) => outputs)),
    runs.filter(({ lawHolds, lines, delivered }) => lawHolds && lines === delivered).length,
    runs.filter(({ disorder }) => disorder === 0).length,
    `${whole.filter(({ witness, outputs }) => witness === outputs).length} of ${whole.length}`,
  ];
}

const all = [];
const table = [];
for (const wanted of process.argv.slice(2)) {
  const [pages, count] = wanted.split(':');
  const runs = [];
  for (let i = 0; i < Number(count ?? 1); i++) runs.push(await flood(pages));
  table.push(row(pages, runs));
  all.push(...runs);
}
printTable(`flood: guest, Linux ${release()}, ${PACKETS} packets, all functions, -o stream into a file`, [
  [
    'pages',
    'runs',
    'lost, median',
    'most',
    'ip_output lines',
    'law held',
    'in order',
    'nft agrees, of those without loss',
  ],
  ...table,
]);
record('flood', all);
