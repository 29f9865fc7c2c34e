// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { proves } from '../../support/matrix.js';
import { checkNesting, parseGraph } from '../../support/ipft/calls.js';
import { MARK, type Ended, DEADBEEF } from '../../support/ipft/running.js';
import { ipft, trace } from '../../support/ipft/in-process.js';
import {
  cleanUp,
  HAS_FUNC_IP,
  LACKING_RETURNS,
  MOST_OF_THE_WAY,
  WITH_RETURNS,
} from '../../support/kernel/kernel.js';
import { downPath, PAIR, transfer, upPath } from '../../support/traffic/path.js';
import { attachCountsOf, parseJson, parseResults } from '../../support/ipft/results.js';
import { wholeOnlyBut } from '../../support/whole.js';
import { now, pause, run, until } from '../../support/kernel/system.js';
import { countedByNft, ping, udp } from '../../support/traffic/traffic.js';

const GRAPH = ['-t', 'function_graph', '-m', MARK];

function countersOf(stderr: string): { samples: number; lost: number; unreturned: number } {
  const match = /^Samples: (\d+) Lost: (\d+) Unreturned: (\d+)$/m.exec(stderr);
  if (match === null) throw new Error(`no line of counters in: ${stderr}`);
  const [samples = 0, lost = 0, unreturned = 0] = match.slice(1).map(Number);
  return { samples, lost, unreturned };
}

/** ipft's warnings during the trace, without those about calls and ends at which a program was preempted, which occur on a busy machine. */
const warningsIn = (stderr: string): string[] =>
  stderr
    .slice(stderr.indexOf('Trace ready!'))
    .split('\n')
    .filter(
      (line) =>
        line.startsWith('warning:') && !/^warning: \d+ (?:calls|ends of packets) were missed/.test(line),
    );

/** The kernel's warnings and errors since it booted. */
const complaints = (): string[] =>
  run('dmesg')
    .split('\n')
    .filter((line) => /WARNING:|BUG:|Oops|general protection|Call Trace/.test(line));
const BEFORE = complaints();

afterEach(cleanUp);
afterEach(() => expect(complaints()).toEqual(BEFORE));

const SOME =
  '^_*(ip_(output|rcv|local|finish|queue|send)|icmp_(rcv|echo|reply)|nf_hook|dev_hard_start|dev_queue|kfree_skb|consume_skb)';
const NARROW = { args: ['-r', SOME], least: 20, deep: 3 };
const WIDE = { args: ['-r', MOST_OF_THE_WAY], least: 300, deep: 5 };
const ALL = { args: [] as string[], least: 900, deep: 5 };

// In a guest, attaching kretprobes to all functions takes minutes, and on kernels before bpf_get_func_ip (5.15) almost a
// second for the two probes of a function.
function selectionFor(backend: string): typeof ALL {
  if (backend.endsWith('-multi')) return ALL;
  return backend === WITH_RETURNS[0] && HAS_FUNC_IP ? WIDE : NARROW;
}

describe.each(WITH_RETURNS)('function_graph of 64 kB over TCP, -b %s', (backend) => {
  const { args, least, deep } = selectionFor(backend);
  beforeAll(() => upPath(PAIR));
  afterAll(() => downPath(PAIR));

  const [skips, why] = wholeOnlyBut(WITH_RETURNS[0] ?? '', backend);
  it.skipIf(skips)(`each call has its return, in the right order, on every thread${why}`, async (context) => {
    proves(context, { backend, tracer: 'function_graph', result: 'yes' });
    const json = await trace([...GRAPH, ...args, '-b', backend, '-o', 'json']);
    await transfer(5001, 65_536);
    const { code, stdout, stderr } = await json.end();
    const events = parseGraph(stdout);
    const { samples, lost, unreturned } = countersOf(stderr);
    const { open, deepest } = checkNesting(events);
    console.log(`${backend}: ${samples} events, ${deepest} deep, ${unreturned} unreturned, ${lost} lost`);
    expect({ samples, lost }).toEqual({ samples: events.length, lost: 0 });
    expect(open.length).toBe(unreturned);
    expect(unreturned).toBe(0);
    expect(warningsIn(stderr)).toEqual([]);
    expect(deepest).toBeGreaterThan(deep);
    const gso = events.filter((event) => event.function === 'ip_output' && (event.gso_size ?? 0) > 0);
    expect(gso.length).toBeGreaterThan(0);
    expect(attachCountsOf(stderr).succeeded).toBeGreaterThan(least);
    expect(code).toBe(0);
  });
});

describe.each(WITH_RETURNS)('function_graph of a ping, -b %s', (backend) => {
  const args = backend.endsWith('-multi') ? [] : ['-r', SOME];
  const options = ['-m', MARK, ...args, '-b', backend, '-o', 'json'];

  const [skips, why] = wholeOnlyBut(WITH_RETURNS[0] ?? '', backend);
  it.skipIf(skips)(`shows the same calls as -t function${why}`, async () => {
    await ping(DEADBEEF); // the first packet has additional calls
    const graph = await trace(['-t', 'function_graph', ...options]);
    const calls = await trace(options);
    await ping(DEADBEEF);
    await pause(300);
    const [shown, wanted] = [parseGraph((await graph.end()).stdout), parseJson((await calls.end()).stdout)];
    const names = wanted.map((event) => event.function);
    const seen = shown.filter((event) => !event.is_return).map((event) => event.function);
    console.log(`${backend}: ${names.length} calls of ${new Set(names).size} functions`);
    expect(seen.toSorted()).toEqual(names.toSorted());
    expect(names).toEqual(expect.arrayContaining(['ip_output', 'ip_rcv', 'icmp_rcv']));
  });
});

/** What fits into an event: on arm64 a stack takes more, for its caller. */
const MOST_FIELDS = `len,@tuple,@gso,stack${process.arch === 'arm64' ? '' : ',skb->dev->name'}`;

describe.each(WITH_RETURNS)('function_graph has room on the stack, -b %s,', (backend) => {
  it.each([
    ['for members', ['-f', 'len,skb->dev->name,skb->sk->sk_protocol']],
    ['for all sets of fields', ['-f', MOST_FIELDS]],
    ['for conditions', ['-f', 'len,skb->dev->name', '--where', 'skb->len < 1000', '--filter', 'icmp']],
    ['for relatives', ['-f', 'len,skb->dev->name,stack', '--follow', 'all']],
    ['for drops', ['-f', 'len,skb->dev->name,netns', '--drops']],
  ])('%s', async (_, options) => {
    const running = await trace([...GRAPH, '-b', backend, '-r', '^ip_output$', '-o', 'json', ...options]);
    await ping(DEADBEEF);
    const { code, stdout } = await running.end();
    expect(code).toBe(0);
    if (!options.includes('--drops'))
      expect(parseResults(stdout).events).toContainEqual(expect.objectContaining({ len: 84 }));
  });
});

describe.each(WITH_RETURNS)('function_graph under a flood, -b %s', (backend) => {
  const [skips, why] = wholeOnlyBut(WITH_RETURNS[0] ?? '', backend);
  it.skipIf(skips)(
    `counts lost calls and returns, and prints a well-formed tree of the others${why}`,
    async () => {
      const COUNT = 5_000;
      const options = ['-b', backend, '-r', '^ip_(output|finish_output2?)$', '--perf-page-count', '1'];
      const [json, text] = [
        await trace([...GRAPH, ...options, '-o', 'json']),
        await trace([...GRAPH, ...options]),
      ];
      const flood = (): Promise<void> => udp({ mark: DEADBEEF, count: COUNT, rate: 0 });
      expect(await countedByNft(DEADBEEF, flood)).toBe(COUNT);
      const [{ stdout, stderr }, tree] = [await json.end(), await text.end()];
      const { samples, lost, unreturned } = countersOf(stderr);
      console.log(`${backend}: ${samples} events, ${lost} lost, ${unreturned} unreturned`);
      expect(parseGraph(stdout).length).toBe(samples);
      expect(samples + lost).toBe(COUNT * 3 * 2);
      expect(lost).toBeGreaterThan(0);
      expect(unreturned).toBe(0);
      const lines = tree.stdout.split('\n').slice(0, -1);
      const call =
        /^\d+ \d{4} +([\d.]+ us|\?|) \| *(\w+\(\)(;| \{( \/\* no return \*\/)?) \(len: \d+\)|\}.*)$/;
      expect(lines.filter((line) => line !== '===' && !call.test(line))).toEqual([]);
      expect(tree.code).toBe(0);
    },
  );
});

// Each thread sleeps in netlink_attachskb, which takes an skb, until the receiver has room again, and then calls it once more.
const SLEEPERS = `
import socket, sys, threading
NETLINK_USERSOCK = 2
def netlink():
  made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_USERSOCK)
  made.bind((0, 0))
  return made
def try_all(action):
  try:
    while True: action()
  except BlockingIOError: pass
class Sleeper:
  def __init__(self):
    self.sender, self.receiver = netlink(), netlink()
    self.receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    self.to = self.receiver.getsockname()
    try_all(lambda: self.sender.sendto(bytes(64), socket.MSG_DONTWAIT, self.to))
    self.thread = threading.Thread(target=self.sender.sendto, args=(bytes(64), self.to), daemon=True)
  def wake(self):
    try_all(lambda: self.receiver.recv(100, socket.MSG_DONTWAIT))
    self.thread.join()
count = int(sys.argv[1])
sleepers = [Sleeper() for _ in range(count)]
print("ready", flush=True)
sys.stdin.readline()
for each in sleepers: each.thread.start()
print("sleeping", flush=True)
sys.stdin.readline()
for each in sleepers[: count // 2]: each.wake()
print("woken", flush=True)
sys.stdin.readline()
`;

/** Said of calls, and of returns, whose program the kernel has skipped, as another thread was preempted in it. */
const SKIPPED = 'calls were missed, since another BPF program was running';
const ATTEMPTS = 3;

/** Traces `count` threads that sleep in a function; half of them are woken before the trace ends. */
async function traceSleepers(count: number, args: readonly string[]): Promise<Ended> {
  const child = spawn('python3', ['-c', SLEEPERS, count.toString()], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const says = (text: string): Promise<unknown> => until(`'${text}'`, () => said.includes(text));
  try {
    await says('ready');
    const running = await trace(args);
    child.stdin.write('\n');
    await says('sleeping');
    await pause(1000);
    child.stdin.write('\n');
    await says('woken');
    return await running.end();
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

describe.each(WITH_RETURNS)('function_graph of a function that sleeps, -b %s', (backend) => {
  const all = ['-t', 'function_graph', '-m', '0', '--mask', '0', '-o', 'json'];
  const SLEEPING = [...all, '-r', '^netlink_attachskb$', '-b', backend];

  const [skips, why] = wholeOnlyBut(WITH_RETURNS[0] ?? '', backend);
  it.skipIf(skips)(
    `shows the duration of calls that returned, and counts those that still sleep at the end${why}`,
    async () => {
      let before = now();
      let { code, stdout, stderr } = await traceSleepers(2, SLEEPING);
      for (let again = 0; stderr.includes(SKIPPED) && again < ATTEMPTS; again++) {
        before = now();
        ({ code, stdout, stderr } = await traceSleepers(2, SLEEPING));
      }
      const passed = Number(now() - before);
      const events = parseGraph(stdout);
      const durations = events.map((event) => event.duration_ns ?? 0);
      expect(events.filter((event) => event.is_return).length).toBe(2);
      expect(Math.max(...durations)).toBeGreaterThan(900_000_000);
      expect(Math.max(...durations)).toBeLessThan(passed);
      expect(checkNesting(events).open.length).toBe(1);
      expect(countersOf(stderr)).toEqual({ samples: 5, lost: 0, unreturned: 1 });
      expect(stderr).toMatch(/warning:.* 1 calls have no return: they still run, or the kernel missed it\n/);
      expect(code).toBe(0);
    },
  );

  it.skipIf(skips)(
    `counts calls and returns missed when more threads sleep than the kernel has room for${why}`,
    async () => {
      const COUNT = 200;
      const { stdout, stderr } = await traceSleepers(COUNT, SLEEPING);
      const events = parseGraph(stdout);
      const calls = events.filter((event) => !event.is_return).length;
      const unseen = (reason: string): number =>
        Number(new RegExp(`(\\d+) calls were missed, since ${reason}`).exec(stderr)?.[1] ?? 0);
      const [noRoom, excluded] = [
        unseen('the kernel had no room'),
        unseen('another BPF program was running'),
      ];
      const { unreturned } = countersOf(stderr);
      console.log(`${backend}: ${calls} calls seen, ${noRoom} + ${excluded} not, ${unreturned} unreturned`);
      // While a thread is preempted in a BPF program, the kernel skips the program for other threads on its CPU, at calls and at returns.
      const unaccounted = COUNT + COUNT / 2 - calls - noRoom;
      expect(unaccounted).toBeGreaterThanOrEqual(0);
      expect(unaccounted).toBeLessThanOrEqual(excluded);
      expect(unreturned + noRoom + excluded).toBeGreaterThanOrEqual(COUNT / 2);
      expect(checkNesting(events).open.length).toBe(unreturned);
    },
  );
});

it('-b tracepoint with function_graph exits with 4 and lists the backends that see returns', async (context) => {
  proves(context, { backend: 'tracepoint', tracer: 'function_graph', result: 'no returns' });
  const { code, stderr } = await ipft([...GRAPH, '-b', 'tracepoint']);
  expect(stderr).toContain(
    'backend tracepoint sees no returns; those that do are fentry-multi, kprobe-multi, kprobe, fentry\n',
  );
  expect(code).toBe(4);
});

it.for(LACKING_RETURNS)(
  '-b %s, which sees no returns on this kernel, exits with 4 and lists the backends that do',
  async (backend, context) => {
    const { code, stderr } = await ipft([...GRAPH, '-r', '^ip_output$', '-b', backend]);
    const [refusal = '', result = ''] =
      /^ipft: \S+ is refused with (E\w+), it needs Linux/m.exec(stderr) ?? [];
    proves(context, { backend, tracer: 'function_graph', result });
    expect(refusal).toMatch(new RegExp(`^ipft: ${backend} is refused with E(OPNOTSUPP|INVAL), `));
    expect(stderr).toContain(`This kernel has: ${WITH_RETURNS.join(', ')}\nTry: --backend `);
    expect(code).toBe(4);
  },
);

it(`auto chooses ${WITH_RETURNS[0]} on this kernel, and says why it chose no earlier backend`, async () => {
  const running = await trace([...GRAPH, '-r', '^ip_output$', '-v']);
  const steps = (await running.end()).stderr.match(/^Backend .*/gm)?.map((line) => line.split(',')[0]);
  const before = LACKING_RETURNS.map((backend) => `Backend ${backend}: no`);
  expect(steps).toEqual([...before, expect.stringMatching(`^Backend ${WITH_RETURNS[0]}: a `)]);
});
