// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fieldRun,
  FIELDS,
  HAS_REASONS,
  PORT,
  TRACE_EVENTS,
  type FieldRun,
} from '../../support/witnesses/field-run.js';
import { ipft } from '../../support/ipft/in-process.js';
import { expectNothingLeft } from '../../support/kernel/kernel.js';
import { addressIn, grouped, pairsOf, type Pair, type Row } from '../../support/witnesses/pairing.js';
import { downPath, upPath } from '../../support/traffic/path.js';
import { HAS_MODULE_BTF, numberIn, PROBED } from '../../support/witnesses/skb-probes.js';
import { EPERM, returnRun, type ReturnRun } from '../../support/witnesses/return-run.js';
import type { Sent } from '../../support/traffic/sender.js';
import { readText, run } from '../../support/kernel/system.js';
import { FETCHED, fromCaller, PRINTED } from '../../support/witnesses/witness-values.js';
import { HAS_ADDRESSES, type TraceEvent } from '../../support/witnesses/trace-events.js';
import { EventTimes } from '../../support/witnesses/event-times.js';
import * as witnesses from '../../support/witnesses/witnesses.js';

const NAMES = TRACE_EVENTS.map((event) => event.replace(/.*\//, ''));

/** ETH_P_IP */
const IPV4 = 0x0800;

let all: FieldRun;
/** Calls of functions, of both traces of them. */
let calls: { readonly skb: Pair[]; readonly context: Pair[] };
/** Tracepoints. */
let printed: Pair[];
/** What nft has counted. */
let counted: number;

/** Pairs of functions: at any time each function is called at most once with an skb, on any CPU. */
function callsOf({ rows, missed }: FieldRun['traces']['skb']): Pair[] {
  return pairsOf(
    rows,
    all.events.filter(({ place }) => place in PROBED),
    [(row) => `${row.function} ${row.packet_id}`, (event) => `${event.name} ${addressIn(event)}`],
    { byIpft: missed, byKernel: all.missed },
  );
}

beforeAll(async () => {
  upPath(FIELDS);
  all = await fieldRun();
  const rules = run(FIELDS.topology, 'exec', FIELDS.sender, 'nft', 'list', 'table', 'ip', 'fields');
  counted = Number(/counter packets (\d+)/.exec(rules)?.[1]);
  calls = { skb: callsOf(all.traces.skb), context: callsOf(all.traces.context) };
  // Each CPU is within at most one of these tracepoints at a time.
  printed = pairsOf(
    all.traces.printed.rows.filter((row) => NAMES.includes(row.function.replace('tp:', ''))),
    all.events.filter(({ name }) => NAMES.includes(name)),
    [(row) => `${row.function} ${row.processor_id}`, (event) => `tp:${event.name} ${event.cpu}`],
  );
});
afterAll(async () => {
  downPath(FIELDS);
  await expectNothingLeft();
});

/** Compares a field in all pairs for which the witness has a value, and expects more than one value. */
function compare(field: string, pairs: readonly Pair[], told: (event: TraceEvent) => unknown): void {
  const known = pairs.filter(({ row, event }) => field in row && told(event) !== undefined);
  const expected = known.map(({ event }) => told(event));
  expect(new Set(expected.map((value) => JSON.stringify(value))).size).toBeGreaterThan(1);
  expect(known.map(({ row }) => row[field])).toEqual(expected);
}

describe('at the same call a trace event of the kernel has the same', () => {
  const isHashed = (field: string): boolean => field === 'packet_id' && !HAS_ADDRESSES;
  const fields = witnesses.BY_TRACE_EVENTS.filter((field) => field !== 'timestamp');

  it.each(fields.filter((field) => !isHashed(field)))('%s', (field) => {
    compare(field, printed, PRINTED[field]);
  });

  it.skipIf(HAS_ADDRESSES)(
    'packet_id (skipped where addresses are printed), one for each hashed address',
    () => {
      const both = new Set(printed.map(({ row, event }) => `${row.packet_id} ${addressIn(event)}`));
      expect(both.size).toBe(new Set(printed.map(({ row }) => row.packet_id)).size);
      expect(both.size).toBe(new Set(printed.map(({ event }) => addressIn(event))).size);
    },
  );
});

function expectBetween(value: number, least: number, most: number): void {
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most);
}

describe('the time stamps of trace events agree with', () => {
  let times: EventTimes;
  beforeAll(() => void (times = new EventTimes(all.events)));

  it('timestamp: after the event of the same call, before the next event of the skb', () => {
    for (const { row, event } of printed) {
      const { earliest, latest } = times.of(event);
      expectBetween(row.timestamp, earliest, latest);
    }
  });

  it.each(witnesses.BY_TIME)('%s', (field) => {
    const timed = printed.map((pair) => ({ ...pair, timestamp: pair.row.timestamp }));
    let longest = 0;
    for (const inOrder of grouped(timed, ({ row }) => row.packet).values())
      inOrder.forEach(({ row, event }, i) => {
        const since = inOrder[field === 'age' ? 0 : Math.max(0, i - 1)] as Pair;
        expect(row[field]).toBe(row.timestamp - since.row.timestamp);
        const [now, before] = [times.of(event), times.of(since.event)];
        expectBetween(Number(row[field]), now.earliest - before.latest, now.latest - before.earliest);
        longest = Math.max(longest, now.earliest - before.latest);
      });
    expect(longest).toBeGreaterThan(0);
  });
});

/** Whether the scheduler has moved the thread to another CPU between ipft's program and the kernel's probe of the same call. */
function isMoved({ row, event }: Pair): boolean {
  const [first, last] = [row.timestamp, event.timestamp].toSorted((left, right) => left - right);
  return all.moves.some(
    ({ values: { pid }, timestamp }) =>
      Number(pid) === row.tid && timestamp >= Number(first) - 1000 && timestamp <= Number(last) + 1000,
  );
}

describe('at the same call a kprobe event has the same', () => {
  const ofOtherTests = ['stack', 'processor_id'];
  it.each(witnesses.BY_KPROBE_EVENTS.filter((field) => !ofOtherTests.includes(field)))('%s', (field) => {
    compare(field, [...calls.skb, ...calls.context], FETCHED[field]);
  });

  it('processor_id, unless the thread was moved in between', () => {
    const pairs = [...calls.skb, ...calls.context];
    const resting = pairs.filter((pair) => !isMoved(pair));
    expect(resting.length).toBeGreaterThan(pairs.length * 0.9);
    expect(resting.filter(({ row, event }) => row.processor_id !== FETCHED.processor_id(event))).toEqual([]);
    expect(new Set(resting.map(({ row }) => row.processor_id)).size).toBe(2);
  });

  it('stack', () => {
    // Stacks are missing if two have the same hash, which is rare.
    const known = calls.context.filter(({ row }) => (row['stack'] as string[]).length > 0);
    expect(known.length).toBeGreaterThan(calls.context.length * 0.9);
    const pairs = known.map(({ row, event }) => {
      return { event, row: { ...row, stack: fromCaller(row['stack'] as string[], event) } };
    });
    compare('stack', pairs, FETCHED.stack);
  });
});

/** ipft's events of the sender's datagrams to this port, in a function where skb->data is at the IPv4 header. */
const datagramsIn = (name: string, port: number): { row: Row; sent: Sent }[] =>
  all.sender.sent.flatMap((sent) =>
    calls.context
      .filter(({ row, event }) => row.function === name && numberIn(event, port) === sent.number)
      .map(({ row }) => ({ row, sent })),
  );

/** What /proc, ip, nft and stat say about what is sent to PORT.plain, by function. */
type Known = Partial<Record<'ip_output' | 'ip_rcv', (sent: Sent) => unknown>>;
const inodeOf = (name: string): number => statSync(`/run/netns/ipft-${name}`).ino;
const link = (): { ifname: string; ifindex: number } => {
  const shown = run('ip', '-n', `ipft-${FIELDS.receiver}`, '-j', 'link', 'show', 'dev', 'right');
  return (JSON.parse(shown) as [{ ifname: string; ifindex: number }])[0];
};
const KNOWN: Readonly<Record<(typeof witnesses.BY_SYSTEM)[number], Known>> = {
  pid: { ip_output: () => all.sender.pid },
  tid: { ip_output: () => all.sender.tid },
  comm: { ip_output: () => all.sender.comm },
  cgroup: { ip_output: () => all.sender.cgroup },
  processor_id: { ip_output: ({ cpu }) => cpu },
  mark: { ip_output: () => 0x1234, ip_rcv: () => 0 },
  priority: { ip_output: () => 5, ip_rcv: () => 0 },
  netns: { ip_output: () => inodeOf(FIELDS.sender), ip_rcv: () => inodeOf(FIELDS.receiver) },
  ifname: { ip_output: () => null, ip_rcv: () => link().ifname },
  ifindex: { ip_output: () => null, ip_rcv: () => link().ifindex },
  iif: { ip_output: () => 0, ip_rcv: () => link().ifindex },
};

describe('for datagrams whose sender and receiver are known, the system reports the same', () => {
  it.each(witnesses.BY_SYSTEM)('%s', (field) => {
    for (const [name, tell] of Object.entries(KNOWN[field])) {
      const datagrams = datagramsIn(name, PORT.plain);
      expect(datagrams.map(({ sent }) => sent.number)).toEqual([1, 2, 3, 4, 5]);
      expect(datagrams.map(({ row }) => row[field])).toEqual(datagrams.map(({ sent }) => tell(sent)));
    }
    const values = [...calls.context].map(({ row }) => row[field]);
    expect(new Set(values).size).toBeGreaterThan(1);
  });

  it('mark and priority: nft counts as many packets with both', () => {
    const rows = all.traces.context.rows.filter(({ function: name }) => name === 'ip_output');
    const both = rows.filter((row) => row['mark'] === 0x1234 && row['priority'] === 5);
    expect([counted, both.length]).toEqual([5, 5]);
  });

  it('timestamp, within the system call that sends', () => {
    for (const { row, sent } of datagramsIn('ip_output', PORT.plain))
      expectBetween(row.timestamp, sent.before, sent.after);
  });
});

it('packet: each datagram has one number, counted from 1 in order', () => {
  const datagrams = [
    ...datagramsIn('ip_output', PORT.plain),
    ...datagramsIn('ip_rcv', PORT.plain),
    ...datagramsIn('ip_output', PORT.tunnel),
  ];
  const both = new Set(datagrams.map(({ row, sent }) => `${row.packet} ${sent.number}`));
  expect(datagrams.length).toBe(12);
  expect(both.size).toBe(7);
  expect(new Set(datagrams.map(({ row }) => row.packet)).size).toBe(7);
  for (const { rows } of Object.values(all.traces)) {
    const numbers = [...new Set(rows.map(({ packet }) => packet))];
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  }
});

const noModules = HAS_MODULE_BTF
  ? ''
  : ' (skipped for functions of modules: ipft traces none on this kernel)';
it(`module: the same as in /proc/kallsyms${noModules}`, () => {
  const modules = new Map<string, string>();
  for (const [, name = '', module = 'vmlinux'] of readText('/proc/kallsyms').matchAll(
    /^\w+ \w (\S+)(?:\t\[(\w+)\])?$/gm,
  ))
    if (name in PROBED) modules.set(name, module);
  expect([...modules.keys()].toSorted()).toEqual(Object.keys(PROBED).toSorted());
  const both = new Set(all.traces.skb.rows.map((row) => `${row.function} ${String(row['module'])}`));
  expect([...both].toSorted()).toEqual([...modules].map((each) => each.join(' ')).toSorted());
  expect(new Set(modules.values()).size).toBe(HAS_MODULE_BTF ? 2 : 1);
});

describe.runIf(HAS_REASONS)(
  'the trace event of a drop has the same (skipped on kernels without reasons)',
  () => {
    it.each(witnesses.BY_DROPS)('%s', (field) => {
      const rows = all.traces.printed.rows.filter(
        (row) => row.function === 'tp:kfree_skb' && row['protocol'] === IPV4,
      );
      const drops = all.events.filter(({ values }) => values['protocol'] === IPV4.toString());
      const pairs = pairsOf(rows, drops, [({ packet_id: skb }) => skb, addressIn]);
      const told = ({ values: { reason } }: TraceEvent): unknown =>
        field === 'cause' && reason === 'NOT_SPECIFIED' ? null : reason;
      compare(field, pairs, told);
    });
  },
);

it.runIf(!HAS_REASONS)(
  '-f reason is refused with exit code 4 (skipped on kernels with reasons)',
  async () => {
    const { code, stderr } = await ipft(['-m', '1', '-f', 'reason']);
    expect(stderr).toMatch(/reason/);
    expect(code).toBe(4);
  },
);

describe('for calls of ip_output with -t function_graph, the kernel’s events have the same', () => {
  let traced: ReturnRun;
  beforeAll(async () => {
    traced = await returnRun(`ipft-${FIELDS.sender}`);
  });

  it('is_return, for calls and returns in order', () => {
    const { rows, events } = traced;
    expect(rows.map((row) => row['is_return'])).toEqual(events.map(({ name }) => name === 'returned'));
    expect(rows.length).toBeGreaterThan(8);
  });

  it('return_value', () => {
    const { rows, events } = traced;
    const values = events.map(({ values: { ret } }) => (ret === undefined ? null : Number(ret)));
    expect(rows.map((row) => row['return_value'])).toEqual(values);
    expect(new Set(values)).toEqual(new Set([null, 0, -EPERM]));
  });

  it('duration_ns: shorter than the system call around it, longer than between events within it', () => {
    expect(traced.calls.length).toBe(traced.rows.length / 2);
    for (const { row, inside, sent } of traced.calls) {
      expectBetween(Number(row['duration_ns']), inside, sent.after - sent.before);
      expectBetween(row.timestamp, sent.before, sent.after);
    }
    expect(Math.max(...traced.calls.map(({ inside }) => inside))).toBeGreaterThan(0);
  });
});
