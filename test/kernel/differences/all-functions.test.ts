// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { closeSync, openSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { MARK, type Ended, DEADBEEF } from '../../support/ipft/running.js';
import { ipftProcess, traceProcess } from '../../support/ipft/process.js';
import { AUTO, expectNothingLeft, leftovers } from '../../support/kernel/kernel.js';
import {
  attachCountsOf,
  countsOf,
  parseGroups,
  parseJson,
  sequence,
  type Event,
} from '../../support/ipft/results.js';
import { now, pause } from '../../support/kernel/system.js';
import { countedByNft, freeOldPackets, ping, udp } from '../../support/traffic/traffic.js';

const OUTPUT = '/tmp/all-functions.json';
/** Functions that each packet over lo passes once. */
const ONCE = ['ip_output', 'dev_hard_start_xmit', 'ip_rcv', 'ip_local_deliver'];

interface Listed {
  readonly name: string;
  readonly module: string;
  readonly symbol: string;
  readonly traceable: boolean;
  readonly reason: string;
  readonly skb_position: number;
  readonly address: string;
}

/** A period of time with packets, with none shortly before and after it. */
interface Window {
  readonly from: bigint;
  readonly to: bigint;
}

async function during(action: () => Promise<unknown>): Promise<Window> {
  const from = now();
  await action();
  await pause(200);
  return { from, to: now() };
}

const within = (events: readonly Event[], { from, to }: Window): Event[] =>
  events.filter(({ timestamp }) => timestamp >= from && timestamp <= to);

const seconds = (from: bigint, to: bigint): string => `${(Number(to - from) / 1e9).toFixed(2)} s`;

/** All functions are attached once for all of these tests: that is slow on a kernel without FPROBE. */
describe(`ipft -m ${MARK} on all functions, ${AUTO}`, () => {
  let listed: Listed[];
  let text: string;
  let ended: Ended;
  let events: Event[];
  let unmarked: Window, first: Window, second: Window, thousand: Window;
  let counted = 0;
  let left: string[];

  beforeAll(async () => {
    text = (await ipftProcess(['--list'])).stdout;
    listed = (await ipftProcess(['--list', '-o', 'json'])).stdout
      .trimEnd()
      .split('\n')
      .slice(0, -1) // the summary
      .map((line) => JSON.parse(line) as Listed);
    await ping(DEADBEEF);
    const stdout = openSync(OUTPUT, 'w');
    const running = await traceProcess(['-m', MARK, '-o', 'json'], { stdout });
    const ready = now();
    unmarked = await during(() => ping());
    first = await during(() => ping(DEADBEEF));
    second = await during(() => ping(DEADBEEF));
    thousand = await during(async () => {
      counted = await countedByNft(DEADBEEF, () => udp({ mark: DEADBEEF, count: 1000, rate: 1000 }));
    });
    const signalled = now();
    ended = await running.end();
    const exited = now();
    closeSync(stdout);
    await expectNothingLeft();
    left = leftovers();
    events = parseJson(readFileSync(OUTPUT, 'utf8'));
    console.log(
      `all functions, ${AUTO}: start to ready ${seconds(running.started, ready)}, signal to exit ` +
        `${seconds(signalled, exited)}, exit to nothing left ${seconds(exited, now())}`,
    );
  });

  it('ends with exit code 0, and leaves no probes, programs or maps in the kernel', () => {
    expect(ended.stderr).toMatch(/Trace ready!\n[^]*Trace done!\n/);
    expect(ended.code).toBe(0);
    expect(left).toEqual([]);
  });

  it('attaches every function that --list shows, and counts the others as untraceable', () => {
    const traceable = listed.filter((each) => each.traceable);
    expect(traceable.length).toBeGreaterThan(1000);
    expect(text.trimEnd().split('\n').length).toBe(traceable.length);
    expect(attachCountsOf(ended.stderr)).toEqual({
      total: listed.length,
      succeeded: traceable.length,
      failed: 0,
      filtered: 0,
      untraceable: listed.length - traceable.length,
    });
  });

  it('--list -o json has a reason for every function that cannot be traced', () => {
    const untraceable = listed.filter((each) => !each.traceable);
    expect(untraceable.length).toBeGreaterThan(0);
    expect(untraceable.filter(({ reason }) => !reason)).toEqual([]);
    expect(listed.filter(({ traceable, reason }) => traceable && reason)).toEqual([]);
    // Six arguments are passed in registers.
    const inRegister = listed.filter(({ skb_position: position }) => position >= 1 && position <= 6);
    expect(listed.filter((each) => !inRegister.includes(each) && each.traceable)).toEqual([]);
    // Clones may have the same symbol, but not among the traceable functions, which are looked up by it.
    const symbols = listed.map(({ module, symbol, address }) => `${module} ${symbol} ${address}`);
    expect(new Set(symbols).size).toBe(listed.length);
    const traced = listed.filter((each) => each.traceable).map(({ module, symbol }) => `${module} ${symbol}`);
    expect(new Set(traced).size).toBe(traced.length);
  });

  it('--list shows NAME MOD ADDR SKB_POSITION, with the address from kallsyms', () => {
    const row = text.split('\n').find((line) => line.startsWith('ip_rcv '));
    const address = / [tT] ip_rcv$/m.exec(readFileSync('/proc/kallsyms', 'utf8'));
    expect(address).not.toBeNull();
    expect(row).toMatch(/^ip_rcv +vmlinux +0x[0-9a-f]{16} +1$/);
    const kallsyms = /^([0-9a-f]{16}) [tT] ip_rcv$/m.exec(readFileSync('/proc/kallsyms', 'utf8'))?.[1];
    expect(row).toContain(`0x${kallsyms}`);
  });

  it('shows no events of an unmarked ping', () => {
    expect(within(events, unmarked)).toEqual([]);
    expect(events.filter(({ mark }) => mark !== DEADBEEF)).toEqual([]);
  });

  it('shows a marked ping from ip_output to kfree_skbmem, with the same calls for a second ping', () => {
    const names = sequence(within(events, first));
    console.log(`a ping over lo: ${names.join(' ')}`);
    expect(names).toEqual(expect.arrayContaining(['ip_output', 'ip_rcv', 'icmp_rcv']));
    expect(names.at(-1)).toBe('kfree_skbmem');
    expect(names.indexOf('ip_output')).toBeLessThan(names.indexOf('ip_rcv'));
    expect(names.indexOf('ip_rcv')).toBeLessThan(names.indexOf('icmp_rcv'));
    expect(sequence(within(events, second))).toEqual(names);
  });

  it('shows 1,000 marked packets at 1,000/s: each call is shown or counted as missed, and none is lost', () => {
    const { samples, lost, missed } = countsOf(ended.stderr);
    const calls = within(events, thousand);
    const seen = ONCE.map((name) => calls.filter((event) => event.function === name).length);
    console.log(
      `1,000 marked packets: ${calls.length} calls seen, of them ${seen.join()}; ${missed} of all missed`,
    );
    expect(counted).toBe(1000);
    expect(Math.max(...seen)).toBeLessThanOrEqual(1000);
    expect(seen.reduce((sum, count) => sum + 1000 - count, 0)).toBeLessThanOrEqual(missed);
    expect({ samples, lost }).toEqual({ samples: events.length, lost: 0 });
  });

  it('a second trace, of the functions seen in the first, shows the same calls, in one group per packet', async () => {
    await freeOldPackets();
    const names = sequence(within(events, first));
    const skbs = new Set(within(events, first).map((event) => event.packet_id));
    const running = await traceProcess(['-m', MARK, '-r', `^(${[...new Set(names)].join('|')})$`]);
    await ping();
    await ping(DEADBEEF);
    const { code, stdout } = await running.end('SIGINT');
    const groups = parseGroups(stdout);
    expect(code).toBe(0);
    expect(sequence(groups.flat())).toEqual(names);
    expect(groups.length).toBe(skbs.size);
    for (const group of groups) expect(sequence(group)).toEqual(group.map((line) => line.function));
    const starts = groups.map((group) => group[0]?.timestamp ?? 0n);
    expect(starts).toEqual(starts.toSorted((left, right) => Number(left - right)));
    expect(groups.flat().map(({ fields }) => fields)).toEqual(
      groups.flat().map(() => expect.stringMatching(/^\(len: \d+\)$/) as string),
    );
    await expectNothingLeft();
  });
});
