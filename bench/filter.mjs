// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What a pcap filter takes for a packet that does not match, beside the mark filter: BPF_PROG_TEST_RUN, here, as root. The
// time of an empty program, which is that of the test run itself, is in all of them.
import { resolve } from 'node:path';
import { createRequire } from 'node:module';
import { rolldown } from 'rolldown';
import { record } from './history.mjs';
import { median, printTable } from './table.mjs';

const REPEAT = 1_000_000;
const ROUNDS = 15;
const MARK = 0x1badcafe;
const PROBE_READ_KERNEL = 113;

/** What a row's filter finds in the packet: TCP from 10.0.0.1 to 10.0.0.2 port 80. */
const FILTERS = {
  'misses at its 1st term': 'udp and host 10.0.0.1 and port 80 and not port 443',
  'misses at both addresses': 'host 10.0.0.10 and tcp and port 80 and not port 443',
  'misses at the ports': 'host 10.0.0.1 and tcp and port 8080 and not port 443',
  'misses at the last term': 'host 10.0.0.1 and tcp and port 80 and not port 4660',
  'misses IPv6': 'host 2001:db8::1 and tcp and port 80 and not port 443',
};
const FRAME = Buffer.from(
  `020000000001020000000002 0800 45000028000040004006 0000 0a000001 0a000002 1234 0050 ${'00'.repeat(24)}`.replaceAll(
    ' ',
    '',
  ),
  'hex',
);

/** TypeScript's modules, which no bundle of ipft exports. */
async function load(modules) {
  const bundle = await rolldown({ input: modules, platform: 'node' });
  const dir = resolve('.cache/bench/modules');
  await bundle.write({ dir, format: 'esm' });
  return Object.assign(
    {},
    ...(await Promise.all(Object.keys(modules).map((name) => import(`${dir}/${name}.js`)))),
  );
}

const { Emitter, emitPcapFilter, compilePcapFilter, FilterRunner } = await load({
  emitter: 'src/codegen/emitter.ts',
  pcap: 'src/codegen/pcap.ts',
  filter: 'src/filters/pcap.ts',
  cases: 'test/support/pcap/cases.ts',
});
const { compileFilter } = createRequire(import.meta.url)('../build/Release/ipft.node');
const runner = new FilterRunner(resolve('test/support/fixtures'));
const layout = runner.layout();

function program(emit) {
  const emitter = new Emitter();
  emit(emitter);
  return { kernel: emitter.build(), classic: new Uint8Array() };
}

function empty(e) {
  e.mov('r0', 0);
  e.exit();
}

/** matches() of bpf/body.h, as far as it goes for other packets. */
function markMiss(e) {
  const miss = e.label();
  e.mov('r3', 'r1');
  e.alu('add', 'r3', layout.mark);
  e.mov('r1', 'r10');
  e.alu('add', 'r1', -4);
  e.mov('r2', 4);
  e.call(PROBE_READ_KERNEL);
  e.jumpIf('ne', 'r0', 0, miss);
  e.load(4, 'r1', 'r10', -4);
  e.jumpIf('ne', 'r1', MARK, miss);
  e.mov('r0', 1);
  e.exit();
  e.bind(miss);
  e.mov('r0', 0);
  e.exit();
}

const pcapFilter = (expression, cast) => (e) => {
  e.mov('r2', 'r1');
  emitPcapFilter(e, compilePcapFilter(expression, compileFilter), { ...layout, cast });
};
/** With what the kernel has of it, and as on kernels before 6.2. */
const pcapFilters = Object.entries(FILTERS).flatMap(([name, expression]) => [
  ...(layout.cast === null ? [] : [[name, pcapFilter(expression, layout.cast)]]),
  [`${name}, skb copied`, pcapFilter(expression, null)],
]);

const emitters = {
  'empty program': empty,
  'mark filter, misses': markMiss,
  ...Object.fromEntries(pcapFilters),
};
const names = Object.keys(emitters);
const programs = Object.values(emitters).map(program);
const packet = { given: FRAME, captured: FRAME, length: FRAME.length, mark: 0 };
const rounds = [];
for (let round = 0; round < ROUNDS; round++) rounds.push(runner.time(packet, programs, REPEAT));
runner.remove();
if (rounds.flat().some(([, result]) => result !== 0)) throw new Error('a filter matches');

const ns = names.map((_, i) => median(rounds.map((times) => times[i][0])));
const [base, mark] = ns;
printTable(`filter: ${REPEAT} packets that do not match, the middle of ${ROUNDS} runs`, [
  ['program', 'ns', 'x mark filter', 'without the test run'],
  ...names.map((name, i) => [
    name,
    ns[i],
    (ns[i] / mark).toFixed(2),
    ((ns[i] - base) / (mark - base)).toFixed(2),
  ]),
]);
record(
  'filter',
  names.map((name, i) => ({ name, ns: rounds.map((times) => times[i][0]) })),
);
