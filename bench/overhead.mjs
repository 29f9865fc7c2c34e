// Inside a guest kernel, as root: how fast UDP over the loopback goes with all functions traced by each backend, compared
// with no trace: packets that do not match, and packets that do.
import { closeSync, openSync } from 'node:fs';
import { release } from 'node:os';
import { record } from './history.mjs';
import { backends, MARK, note, startIpft, stopIpft, udp } from './ipft.mjs';
import { median, printTable } from './table.mjs';

const RUNS = 3;
const PACKETS = 10_000;

/** Packets a second, the middle of some runs. */
async function rate(mark) {
  const rates = [];
  for (let i = 0; i < RUNS; i++) {
    const { sent, seconds } = await udp(mark, PACKETS);
    rates.push(sent / seconds);
  }
  return median(rates);
}

async function measure({ id, args }) {
  const before = await rate(0);
  const nowhere = openSync('/dev/null', 'w');
  const run = await startIpft(['-v', '-o', 'stream', ...args], nowhere);
  closeSync(nowhere);
  const unmatched = await rate(0);
  const matched = await rate(MARK);
  const counts = await stopIpft(run);
  const after = await rate(0);
  note(`${id}: measured`);
  return { id, untraced: (before + after) / 2, unmatched, matched, ...counts };
}

const results = [];
for (const backend of await backends()) results.push(await measure(backend));
const percent = (value) => `${(value * 100).toFixed(0)} %`;
printTable(
  `overhead: guest, Linux ${release()}, UDP over lo, packets a second as a share of the untraced ones`,
  [
    ['backend', 'untraced', 'no match', 'match', 'events lost'],
    ...results.map(({ id, untraced, unmatched, matched, delivered, lost }) => [
      id,
      untraced.toFixed(0),
      percent(unmatched / untraced),
      percent(matched / untraced),
      percent(lost / (delivered + lost)),
    ]),
  ],
);
record('overhead', results);
