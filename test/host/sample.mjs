// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Reads what `make demo` printed from stdin, compares the README's sample with it, and looks for the page at its end. Exits with 1 if they differ.
import { existsSync, readFileSync } from 'node:fs';

/** An event, and what is told below it. */
const LINE = /^(?:\d+ \d{4} +| {4}> )(\S.*)$/gm;

/** The packets in a text: their lines without time stamps, CPUs and inodes. */
const packetsOf = (text) =>
  text
    .split(/^===.*\n/m)
    .slice(1)
    .map((group) => [...group.matchAll(LINE)].map(([, line]) => line.replace(/ \(\d+\)$/, '')));
const functionOf = (line) => line?.split(' ')[0];
/** Called if the neighbour's address was resolved a while ago. */
const NEIGHBOUR = new Set(['neigh_resolve_output', 'eth_header', 'skb_push']);

const output = readFileSync(0, 'utf8');
const packets = packetsOf(output)
  .map((lines) => lines.filter((line) => !NEIGHBOUR.has(functionOf(line))))
  .filter(([first]) => /^ip_output \(len: \d{4,} gso_type: tcpv4\)$/.test(first));
const sample = packetsOf(readFileSync('README.md', 'utf8').split('```')[1])[0].filter(
  (line) => !NEIGHBOUR.has(functionOf(line)),
);
// From here on the functions depend on the state of TCP.
const arrival = sample.findIndex((line) => functionOf(line) === 'tcp_v4_rcv') + 1;

const problems = [];
if (arrival === 0) problems.push("README's sample ends before tcp_v4_rcv");
const [, page = ''] = /^The same to look at, in a browser: (\S+)$/m.exec(output) ?? [];
if (!existsSync(page)) problems.push('the demo does not end with the name of a page');
if (packets.length === 0) problems.push('the demo shows no GSO packet at ip_output');
// The sample is of the guest's kernel.
if (output.includes('the demo runs in a guest')) {
  const way = sample.slice(0, arrival).join('\n');
  if (!packets.some((packet) => packet.slice(0, arrival).join('\n') === way))
    problems.push(`no packet of the demo goes the way to tcp_v4_rcv that README shows:\n${way}`);
}
console.log(
  problems.length === 0
    ? `README's sample: ${arrival} functions to tcp_v4_rcv, as here`
    : problems.join('\n'),
);
process.exitCode = Number(problems.length > 0);
