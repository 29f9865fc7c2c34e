// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Summary } from '../../../src/core/summary.js';
import { FOLDER } from '../../../src/machine/verdicts.js';
import { MARK, DEADBEEF, type Running } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { ipftProcess, traceProcess } from '../../support/ipft/process.js';
import { attachCountsOf, parseResults } from '../../support/ipft/results.js';
import { FIXTURES } from '../../support/home.js';
import { expectNothingLeft, KPROBES } from '../../support/kernel/kernel.js';
import { readText, run, shell, TRACEFS } from '../../support/kernel/system.js';
import { PORT, runSilently, TRAFFIC, udp } from '../../support/traffic/traffic.js';
import { addressIn, pairsOf, type Row } from '../../support/witnesses/pairing.js';
import { traceEvents } from '../../support/witnesses/trace-events.js';
import { wholeOnlyBut } from '../../support/whole.js';

/*
 * Functions that exist only as .constprop clones and that this kernel's BTF does not describe. kallsyms and the BTF, as bpftool
 * dumps it, say which of them a kernel has; without any there is nothing to confirm.
 */

const traceableSymbols = new Set(
  readText(`${TRACEFS}/available_filter_functions`)
    .split('\n')
    .filter((line) => !line.includes(' ')),
);
const described = new Set(
  Array.from(
    run('bpftool', 'btf', 'dump', 'file', '/sys/kernel/btf/vmlinux').matchAll(/^\[\d+\] FUNC '(\w+)'/gm),
    ([, name = '']) => name,
  ),
);

/** The symbols of functions that ftrace can trace and that BTF does not describe. */
const undescribed = [...traceableSymbols].filter(
  (symbol) =>
    symbol !== '' &&
    !described.has(symbol.replace(/(?<=.)\..*$/, '')) &&
    !/\.cold|^__ftrace_invalid_address_/.test(symbol),
);
const cloneOf = (name: string): string | undefined =>
  undescribed.find((symbol) => new RegExp(`^${name}\\.constprop\\.\\d+$`).test(symbol));

/** Its first argument is a `struct sk_buff **`. */
const CORE = '__netif_receive_skb_core';
/** Its first argument is a `struct net *`, its second one the skb. */
const FINISH = 'ip_rcv_finish_core';
/** Its first argument is a `struct sk_buff *`. Called for packets that are forwarded by a route with several next hops. */
const SIBLING = 'ip_multipath_l3_keys';

const HAS_CORE = cloneOf(CORE) !== undefined;
const HAS_FINISH = cloneOf(FINISH) !== undefined;
const HAS_SIBLING = cloneOf(SIBLING) !== undefined;

interface Listed {
  readonly name: string;
  readonly symbol: string;
  readonly skb_position: number | null;
  readonly traceable: boolean;
  readonly reason: string;
}

interface ListSummary {
  readonly functions: number;
  readonly traceable: number;
  readonly uncertain: number;
  readonly undescribed: number;
}

async function list(regex: string): Promise<{ listed: Listed[]; summary: ListSummary }> {
  const vmlinux = ['--module-regex', '^vmlinux$'];
  const { stdout } = await ipftProcess(['--list', '-o', 'json', ...vmlinux, '-r', regex]);
  const lines = stdout.trimEnd().split('\n');
  const { summary } = JSON.parse(lines.pop() ?? '') as { summary: ListSummary };
  return { listed: lines.map((line) => JSON.parse(line) as Listed), summary };
}

const forget = (): void => rmSync(FOLDER, { recursive: true, force: true });

beforeAll(forget);
afterAll(forget);

it('--list lists candidates with the reason why they are not traceable, and counts them', async () => {
  const { listed, summary } = await list('');
  const ours = listed.filter(
    ({ name, reason }) => !described.has(name) && reason !== 'not in available_filter_functions',
  );
  const clones = (name: string): Listed[] => ours.filter((row) => row.name === name);
  for (const name of [CORE, FINISH])
    expect(clones(name).map(({ symbol }) => symbol)).toEqual([cloneOf(name)].filter(Boolean));
  for (const row of clones(CORE))
    expect(row).toMatchObject({
      skb_position: 1,
      traceable: false,
      reason:
        "not in this kernel's BTF: in another kernel's the skb is its first argument, which calls must confirm",
    });
  for (const row of clones(FINISH))
    expect(row).toMatchObject({
      traceable: false,
      reason: "not in this kernel's BTF: in another kernel's it takes an skb, but in an unknown argument",
    });
  expect(ours.filter(({ reason }) => reason === '')).toEqual([]);
  expect([...new Set(ours.map(({ symbol }) => symbol))].toSorted()).toEqual(undescribed.toSorted());
  const unknown = ours.filter(({ reason }) => reason === 'not in BTF: its arguments are unknown');
  expect(unknown.filter(({ skb_position: position }) => position !== null)).toEqual([]);
  const uncertain = ours.filter(({ reason }) => reason.includes('which calls must confirm'));
  console.log(
    `${undescribed.length} that ftrace can trace are not in BTF: ${uncertain.length} candidates ` +
      `(${uncertain.map(({ symbol }) => symbol).join(' ')}), of ${unknown.length} nothing is known`,
  );
  expect(summary).toMatchObject({
    functions: listed.length - unknown.length,
    traceable: listed.filter(({ traceable }) => traceable).length,
    uncertain: uncertain.length,
    undescribed: unknown.length,
  });
});

/** The receive path of IPv4 over lo, in order. */
const PATH = ['dev_hard_start_xmit', CORE, 'ip_rcv', 'ip_local_deliver'];
const REGEX = `^(${PATH.join('|')}|ip_forward|${FINISH}|${SIBLING})$`;

const send = (count: number): Promise<void> => udp({ mark: DEADBEEF, count, rate: 500, cpu: 1 });
/** ns: so long an interrupt in a busy guest may delay a call between the kernel's probe and ipft's; ten packets are sent in this time */
const HELD_UP = 20e6;

/** Sends packets into a network namespace that has a route with two next hops for them. */
const forward = (count: number): Promise<void> =>
  runSilently(TRAFFIC, [
    ...['udp', '--to', `10.7.2.2:${PORT}`, '--mark', DEADBEEF.toString()],
    ...['--count', count.toString(), '--rate', '500', '--size', '100'],
  ]);

interface Traced {
  readonly rows: Row[];
  readonly summary: Summary;
  readonly stderr: string;
}

const argsOf = (backend: string): string[] => [
  ...['-m', MARK, '-b', backend, '-o', 'json', '-f', 'tid', '-r', REGEX],
];

async function traced(
  backend: string,
  action: () => Promise<unknown>,
  more: readonly string[] = [],
): Promise<Traced> {
  return resultsOf(await trace([...argsOf(backend), ...more]), action);
}

async function resultsOf(running: Running, action: () => Promise<unknown>): Promise<Traced> {
  await action();
  const { stdout, stderr, code } = await running.end();
  expect([code, stderr]).toEqual([0, stderr]);
  await expectNothingLeft();
  const { events, summary } = parseResults(stdout);
  return { rows: events as Row[], summary, stderr };
}

const rowsOf = ({ rows }: Traced, name: string): Row[] => rows.filter((row) => row.function === name);

describe.skipIf(!HAS_CORE)(`${CORE} (skipped where BTF describes it)`, () => {
  describe.each(KPROBES)('-b %s', (backend) => {
    beforeEach(forget);

    const [skips, why] = wholeOnlyBut(KPROBES[0] ?? '', backend);
    it.skipIf(skips)(
      `has no events until 100 calls have confirmed it, and then has events, also in later traces${why}`,
      async () => {
        const few = await traced(backend, () => send(40));
        expect(few.summary.candidates).toMatchObject({ confirmed: [], refuted: [] });
        expect([CORE, FINISH, SIBLING].flatMap((name) => rowsOf(few, name))).toEqual([]);
        expect(rowsOf(few, 'ip_rcv')).toHaveLength(40);
        expect(few.stderr).toContain(`${cloneOf(CORE)} is shown once 100 calls with followed packets`);

        const skb = `p:witness/core ${cloneOf(CORE)} skb=+0($arg1):x64`;
        const {
          events,
          missed,
          result: many,
        } = await traceEvents([skb], () => traced(backend, () => send(160), ['--verbose']));
        const [confirmed, ...others] = many.summary.candidates.confirmed.filter(
          ({ function: name }) => name === CORE,
        );
        expect(others).toEqual([]);
        expect(confirmed).toMatchObject({ symbol: cloneOf(CORE) });
        const shown = rowsOf(many, CORE);
        expect(shown).toHaveLength(60);
        expect(shown.every(({ timestamp }) => timestamp > Number(confirmed?.timestamp))).toBe(true);
        // The same skbs as those that the kernel's kprobe event has.
        const packets = new Set(shown.map(({ packet }) => packet));
        const times = shown.map(({ timestamp }) => timestamp);
        const between = events.filter(
          ({ timestamp, cpu }) =>
            cpu === 1 && timestamp > Math.min(...times) - HELD_UP && timestamp < Math.max(...times) + HELD_UP,
        );
        const keys = [(row: Row) => row.packet_id.replace(/@.*$/, ''), addressIn] as const;
        pairsOf(shown, between, keys, { byIpft: between.length - shown.length, byKernel: missed });
        for (const packet of packets) {
          const way = many.rows.filter((row) => row.packet === packet).map(({ function: name }) => name);
          expect(way).toEqual(PATH);
        }

        const later = await traced(backend, () => send(5));
        expect(rowsOf(later, CORE)).toHaveLength(5);
        expect(attachCountsOf(later.stderr)).toMatchObject({ failed: 0 });
        expect(later.summary.candidates).toMatchObject({ confirmed: [], refuted: [] });
        const graph = await traced(backend, () => send(5), ['-t', 'function_graph']);
        expect(rowsOf(graph, CORE).map((row) => row['is_return'])).toEqual(
          Array.from({ length: 10 }, (_, place) => place % 2 === 1),
        );
        const { listed } = await list(`^${CORE}$`);
        expect(listed).toMatchObject([{ traceable: true, reason: '' }]);
      },
    );
  });
});

it.skipIf(!HAS_FINISH)(
  `${FINISH}, listed as a candidate with the wrong argument, is refuted with a warning and has no events (skipped where BTF describes it)`,
  async () => {
    const [backend = ''] = KPROBES;
    const env = { NODE_OPTIONS: `--require ${join(FIXTURES, 'plant_candidate.cjs')}`, PLANTED: FINISH };
    const symbol = cloneOf(FINISH);
    const running = await traceProcess(argsOf(backend), { env });
    const { rows, summary, stderr } = await resultsOf(running, () => send(110));
    expect(rows.filter((row) => row.function === FINISH)).toEqual([]);
    expect(summary.candidates.refuted).toMatchObject([{ function: FINISH, symbol, shown: false }]);
    expect(stderr).toContain(`warning: ${symbol} is not traced: the first argument of a call was not an skb`);
    const { rows: later, summary: after } = await resultsOf(
      await traceProcess(argsOf(backend), { env }),
      () => send(5),
    );
    expect(later.filter((row) => row.function === 'ip_rcv')).toHaveLength(5);
    expect(after.candidates.refuted).toEqual([]); // not probed again
  },
);

it.skipIf(!HAS_SIBLING)(
  `${SIBLING} is confirmed by forwarded packets whose mark matched when they were sent (skipped where BTF describes it)`,
  async () => {
    const [backend = ''] = KPROBES;
    shell(`ip netns add ways && ip link add upper type veth peer name lower netns ways
      ip address add 10.7.1.1/24 dev upper; ip link set upper up
      inside() { ip -n ways "$@"; }
      inside address add 10.7.1.2/24 dev lower; inside link set lower up
      for way in 1 2; do inside link add way$way type dummy; inside link set dev way$way up; done
      inside route add 10.7.2.0/24 nexthop dev way1 nexthop dev way2
      ip netns exec ways sysctl -qw net.ipv4.ip_forward=1
      ip route add 10.7.2.0/24 via 10.7.1.2`);
    try {
      const { rows, summary } = await traced(backend, () => forward(130));
      const symbol = cloneOf(SIBLING);
      expect(summary.candidates.confirmed).toContainEqual(expect.objectContaining({ symbol }));
      const shown = rows.filter((row) => row.function === SIBLING);
      expect(shown).toHaveLength(30);
      for (const { packet } of shown) {
        const way = rows.filter((row) => row.packet === packet).map(({ function: name }) => name);
        expect(way.slice(way.lastIndexOf('ip_rcv'))).toEqual([
          'ip_rcv',
          SIBLING,
          'ip_forward',
          'dev_hard_start_xmit',
        ]);
      }
    } finally {
      shell('ip netns delete ways; ip route del 10.7.2.0/24 2>/dev/null || true');
    }
  },
);
