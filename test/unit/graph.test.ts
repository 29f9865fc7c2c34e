// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import { outputs } from '../../src/outputs/index.js';
import { createOutput, type RenderOptions } from '../../src/results/render.js';
import { ipft, killLeftovers } from '../support/stand-ins/process.js';
import { batchOf, CONTEXT, pack, textOf, type Event, type PacketNumbers } from '../support/packets/rows.js';

const A = 0xffff888003211000n;
const B = 0xffff888003211100n;

/** Everything that an output writes for batches of events of function_graph. */
function write(id: string, batches: readonly (readonly Event[])[], options?: RenderOptions): string {
  const descriptor = outputs.get(id);
  if (descriptor === undefined) throw new Error(`no output ${id}`);
  const output = createOutput(descriptor, CONTEXT, { ...options, returns: true });
  const numbers: PacketNumbers = new Map();
  const live = batches.map((events) => textOf([output.batch(batchOf(pack(events, numbers)))])).join('');
  return live + textOf(output.results());
}

const address = (index: number): bigint => 0xffffffff81000000n + BigInt(index);

/** The call of a function at a time, and its return. */
function call(index: number, from: bigint, to: bigint, more: Event = {}): [Event, Event] {
  const same = { skb: A, function: index, address: address(index), tid: 7, ...more };
  return [
    { len: 84, time: from, ...same },
    { ...same, len: 0, time: to, duration: to - from, isReturn: true },
  ];
}

const [outer, outerEnd] = call(1, 1_000n, 9_500n);
const [middle, middleEnd] = call(2, 2_000n, 8_000n, { len: 5764, gsoType: 1, gsoSize: 1384 });
const [leaf, leafEnd] = call(0, 3_000n, 3_250n);

describe('aggregate', () => {
  it('nests calls, folds leaves, and shows how long each took', () => {
    expect(
      write('aggregate', [
        [outer, middle, leaf],
        [leafEnd, middleEnd, outerEnd],
      ]),
    ).toBe(
      [
        '===',
        '1000 0000               | ip_output() { (len: 84)',
        '2000 0000               |   nft_do_chain [nf_tables]() { (len: 5764 gso_type: tcpv4)',
        '3000 0000      0.250 us |     selinux_ipv4_output(); (len: 84)',
        '8000 0000      6.000 us |   }',
        '9500 0000      8.500 us | }',
        '',
      ].join('\n'),
    );
  });

  it('shows the time of calls and returns in the format of --time', () => {
    const events = [outer, middle, middleEnd, outerEnd];
    const clock = { realOffsetNs: 0n, firstNs: 1_000n };
    const times = (format: 'relative' | 'delta'): (string | undefined)[] =>
      write('aggregate', [events], { time: { format, clock } })
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(' ')[0]);
    // a leaf is folded: it has the time of its call
    expect(times('relative')).toEqual(['0.000000000', '0.000001000', '0.000008500']);
    expect(times('delta')).toEqual(['0.000000000', '0.000001000', '0.000007500']);
    const json = write('json', [events], { time: { format: 'relative', clock } });
    const told = json
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { time: number }).time);
    expect(told).toEqual([0, 1_000, 7_000, 8_500]);
  });

  it('shows fields of returns, for a folded call after its own fields', () => {
    const events = [outer, middle, leaf, { ...leafEnd, value: 1 }, { ...middleEnd, value: -13 }, outerEnd];
    const wanted = ['len', 'delta', 'return-value'].map((id) => columns.get(id));
    const fields = wanted.filter((column) => column !== undefined);
    for (const output of ['aggregate', 'stream'])
      expect(write(output, [events], { fields }).replaceAll(/^( *#1 |===\n)/gm, '')).toBe(
        [
          '1000 0000               | ip_output() { (len: 84 delta: 0)',
          '2000 0000               |   nft_do_chain [nf_tables]() { (len: 5764 delta: 1000)',
          '3000 0000      0.250 us |     selinux_ipv4_output(); (len: 84 delta: 1000 return_value: 1)',
          '8000 0000      6.000 us |   } (delta: 4750 return_value: -13)',
          '9500 0000      8.500 us | } (delta: 1500 return_value: -)',
          '',
        ].join('\n'),
      );
  });

  it('nests each thread separately, and follows a thread to another CPU', () => {
    const [other, otherEnd] = call(2, 2_000n, 9_000n, { tid: 8, cpu: 1 });
    const moved = { ...outerEnd, cpu: 1 };
    expect(write('aggregate', [[outer, other, leaf, leafEnd, otherEnd, moved]])).toBe(
      [
        '===',
        '1000 0000               | ip_output() { (len: 84)',
        '2000 0001      7.000 us | nft_do_chain [nf_tables](); (len: 84)',
        '3000 0000      0.250 us |   selinux_ipv4_output(); (len: 84)',
        '9500 0001      8.500 us | }',
        '',
      ].join('\n'),
    );
  });

  it('keeps the idle threads of two CPUs apart, which share tid 0', () => {
    const [one, oneEnd] = call(1, 1_000n, 4_000n, { tid: 0, cpu: 0 });
    const [two, twoEnd] = call(2, 2_000n, 5_000n, { tid: 0, cpu: 1 });
    expect(write('aggregate', [[one, two, oneEnd, twoEnd]])).toBe(
      [
        '===',
        '1000 0000      3.000 us | ip_output(); (len: 84)',
        '2000 0001      3.000 us | nft_do_chain [nf_tables](); (len: 84)',
        '',
      ].join('\n'),
    );
  });

  it('nests an interrupt in the call that it interrupts, with one group per packet', () => {
    const [interrupt, interruptEnd] = call(2, 3_000n, 4_000n, { skb: B });
    const [inner, innerEnd] = call(0, 3_100n, 3_200n, { skb: B });
    const events = [outer, interrupt, inner, innerEnd, interruptEnd, outerEnd];
    expect(write('aggregate', [events])).toBe(
      [
        '===',
        '1000 0000      8.500 us | ip_output(); (len: 84)',
        '===',
        '3000 0000               | nft_do_chain [nf_tables]() { (len: 84)',
        '3100 0000      0.100 us |   selinux_ipv4_output(); (len: 84)',
        '4000 0000      1.000 us | }',
        '',
      ].join('\n'),
    );
  });

  it('marks a call without a return, and nests nothing in it', () => {
    expect(write('aggregate', [[outer, middle, leaf, leafEnd, outerEnd]])).toBe(
      [
        '===',
        '1000 0000               | ip_output() { (len: 84)',
        '2000 0000             ? |   nft_do_chain [nf_tables]() { /* no return */ (len: 5764 gso_type: tcpv4)',
        '3000 0000      0.250 us |   selinux_ipv4_output(); (len: 84)',
        '9500 0000      8.500 us | }',
        '',
      ].join('\n'),
    );
  });

  it('marks a return without its call, and keeps the nesting depth at 0 or more', () => {
    expect(write('aggregate', [[leafEnd, middleEnd, outerEnd]])).toBe(
      [
        '===',
        '3250 0000      0.250 us | } /* selinux_ipv4_output: its call is lost */',
        '8000 0000      6.000 us | } /* nft_do_chain [nf_tables]: its call is lost */',
        '9500 0000      8.500 us | } /* ip_output: its call is lost */',
        '',
      ].join('\n'),
    );
  });

  it('pairs nested calls of the same function, even if they began in the same ns', () => {
    const [around, aroundEnd] = call(1, 1_000n, 5_000n);
    const [within, withinEnd] = call(1, 1_000n, 2_000n);
    const [again, againEnd] = call(1, 3_000n, 4_000n);
    expect(write('aggregate', [[around, within, withinEnd, again, againEnd, aroundEnd]])).toBe(
      [
        '===',
        '1000 0000               | ip_output() { (len: 84)',
        '1000 0000      1.000 us |   ip_output(); (len: 84)',
        '3000 0000      1.000 us |   ip_output(); (len: 84)',
        '5000 0000      4.000 us | }',
        '',
      ].join('\n'),
    );
  });
});

describe('stream', () => {
  it('nests calls as they come, and folds a call whose return is the next event', () => {
    expect(write('stream', [[outer, leaf, leafEnd], [outerEnd]])).toBe(
      [
        '    #1 1000 0000               | ip_output() { (len: 84)',
        '    #1 3000 0000      0.250 us |   selinux_ipv4_output(); (len: 84)',
        '    #1 9500 0000      8.500 us | }',
        '',
      ].join('\n'),
    );
  });

  it('recovers when returns are lost: the next return closes the calls inside its own', () => {
    const [next, nextEnd] = call(0, 20_000n, 20_100n);
    expect(write('stream', [[outer], [middle], [leaf], [outerEnd], [next, nextEnd]])).toBe(
      [
        '    #1 1000 0000               | ip_output() { (len: 84)',
        '    #1 2000 0000               |   nft_do_chain [nf_tables]() { (len: 5764 gso_type: tcpv4)',
        '    #1 3000 0000               |     selinux_ipv4_output() { (len: 84)',
        '    #1 9500 0000      8.500 us | }',
        '    #1 20000 0000      0.100 us | selinux_ipv4_output(); (len: 84)',
        '',
      ].join('\n'),
    );
  });

  it('has titles on a terminal', () => {
    const [title] = write('stream', [[outer]], { terminal: true }).split('\n');
    expect(title).toBe('PACKET TIME(ns)  CPU      DURATION | FUNCTION (len gso_type)');
  });
});

describe('json', () => {
  it('has is_return, duration_ns and tid, and null for values that a return or a call does not have', () => {
    const lines = write('json', [[leaf, leafEnd]])
      .trimEnd()
      .split('\n');
    const same = { packet_id: '0xffff888003211000', packet: 1, processor_id: 0, module: 'vmlinux', tid: 7 };
    const name = { ...same, function: 'selinux_ipv4_output' };
    const skb = { len: 84, gso_type: '', gso_size: 0, gso_segs: 0, mark: 0 };
    const nothing = { len: null, gso_type: null, gso_size: null, gso_segs: null, mark: null };
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { ...name, timestamp: 3000, is_return: false, duration_ns: null, ...skb },
      { ...name, timestamp: 3250, is_return: true, duration_ns: 250, ...nothing },
    ]);
  });
});

describe('ipft -t function_graph', () => {
  const directory = mkdtempSync('/tmp/ipft-unit-');
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  afterEach(killLeftovers);

  it('uses kprobes if the kernel has no sessions, says so with -v, and requests returns from the keeper', async () => {
    const log = `${directory}/plan`;
    const env = {
      FAKE_KEEPER_LOG: log,
      FAKE_PROBE_ERRNO: '0,0,0,22',
      FAKE_UNRETURNED: '3',
      FAKE_NO_ROOM: '5',
      FAKE_LATE: '7',
      FAKE_UNTRACKED: '6',
    };
    const run = ipft(['-m', '1', '-t', 'function_graph', '-r', '^ip_output$', '-v'], { env });
    await run.says('Trace ready!');
    const { code, stderr, stdout } = await run.kill('SIGINT').ended;
    expect(stderr).toMatch(
      /^Backend fentry-multi: no, .*\nBackend kprobe-multi: no, kprobe-multi is refused with EINVAL, it needs Linux 6\.10 .*\nBackend kprobe: /,
    );
    expect(stderr).toContain('Samples: 4 Lost: 2 Unreturned: 3\n');
    expect(stderr).toMatch(/warning: .*3 calls have no return/);
    expect(stderr).toMatch(/warning: .*5 calls were missed, since the kernel had no room/);
    expect(stderr).toMatch(/^7 events came too late to be printed in order of time$/m);
    expect(stderr).toMatch(/warning: .*6 events are of packets beyond the number that can be tracked/);
    expect(stdout).toMatch(/^1 0000 {13}\? \| ip_output\(\) \{ \/\* no return \*\/ \(len: 84\)$/m);
    expect(readFileSync(log, 'utf8')).toContain('tracefs /sys/kernel/tracing\nreturns\nfunction 0 2');
    expect(code).toBe(0);
  });

  it('refuses a backend that cannot trace returns', async () => {
    const { code, stderr } = await ipft(['-m', '1', '-t', 'function_graph', '-b', 'tracepoint']).ended;
    expect(stderr).toBe(
      'ipft: --tracer function_graph: backend tracepoint sees no returns; those that do are fentry-multi, kprobe-multi, kprobe, fentry\n' +
        'Try: leave --backend out, or --tracer function\n',
    );
    expect(code).toBe(4);
  });

  it('does not fall back to tracepoints', async () => {
    const env = { FAKE_PROBE_ERRNO: '95,2,0,95' };
    const { code, stderr } = await ipft(['-m', '1', '-t', 'function_graph'], { env }).ended;
    expect(stderr).toMatch(/kprobe-multi is refused with EOPNOTSUPP.*; kprobe is refused with ENOENT/);
    expect(code).toBe(4);
  });
});
