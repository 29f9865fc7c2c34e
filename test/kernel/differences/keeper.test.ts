// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { FunctionColumns } from '../../../src/core/function-table.js';
import type { Counters } from '../../../src/native/counters.js';
import type { Addon, Session } from '../../../src/native/types.js';
import { tableRows } from '../../support/addon/table-rows.js';
import { BACKENDS, cleanUp } from '../../support/kernel/kernel.js';
import { HAS_FPROBE } from '../../support/kernel/fprobe.js';
import { readText, TRACEFS } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';
import { HOME, loadAddon } from '../../support/home.js';

const addon = loadAddon() as Addon;
const GOOD = 50;
const MARK = 0xdeadbeef;

interface Probe {
  readonly id: number;
  readonly address: bigint;
  readonly btfId?: number;
  readonly name: string;
}

/** Traceable functions that take an skb in the first register, and the table of all functions. */
function goodProbes(): { probes: Probe[]; columns: FunctionColumns } {
  const columns = addon.readFunctions({ tracefs: TRACEFS });
  const probes = tableRows(columns)
    .filter(({ name, symbol, reason, slot }) => reason === '' && slot === 0 && symbol === name)
    .filter(({ btfId }) => btfId !== 0)
    .slice(0, GOOD);
  expect(probes.length).toBe(GOOD);
  return { probes, columns };
}

/** Has the keeper attach these probes and detach them; returns its output without the lines about progress. */
async function keep(
  backend: 'fentry-multi' | 'kprobe' | 'kprobe-multi',
  probes: readonly Probe[],
  columns: FunctionColumns,
  whileAttached: (session: Session) => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const rows = tableRows(columns);
  const settings = {
    mark: MARK,
    mask: 0xffffffff,
    programs: backend,
    table: columns.table,
    // A function whose skb is in the first register: only the program for that register is needed.
    functions: Uint32Array.of(rows.findIndex(({ slot, ends }) => slot === 0 && !ends)),
    bodyOffsets: new Uint8Array(rows.length),
    ...{ hidden: new Uint32Array(0), reportsEnds: false },
  };
  const perf = { pageCount: 8, leastPageCount: 8, wakeupEvents: 0 };
  const session = new addon.Session({ ...settings, ...perf }, () => undefined);
  const programs = [...session.programFds].flatMap((fd, slot) => (fd < 0 ? [] : [{ fd, slot }]));
  const keeper = spawn(join(HOME, 'build/Release/probe-keeper'), [], {
    stdio: ['pipe', 'pipe', 'inherit', ...programs.map(({ fd }) => fd)],
  });
  if (!keeper.stdin || !keeper.stdout) throw new Error('no pipes');
  let said = '';
  let ending: Promise<void> | undefined;
  keeper.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (/^(attached|error) /m.test(said))
      ending ??= whileAttached(session).finally(() => keeper.stdin?.end());
  });
  const lines = [
    `backend ${backend}`,
    `tracefs ${TRACEFS}`,
    ...programs.map(({ slot }, index) => `program ${slot} ${index + 3}`),
    ...probes.map(
      ({ id, address, btfId = 0, name }) =>
        `function ${id} 0 0x${address.toString(16)} 0 ${btfId} vmlinux ${name}`,
    ),
    'attach',
  ];
  keeper.stdin.write(`${lines.join('\n')}\n`);
  const [code] = (await once(keeper, 'close')) as [number];
  await ending;
  session.close();
  expect(code).toBe(0);
  return said
    .trimEnd()
    .split('\n')
    .filter((line) => !/^(progress|detaching) /.test(line));
}

const BOGUS_ID = 99_999;

/** The line about a function that was refused, with any errno: kernels differ. */
const refused = (id: number): unknown => expect.stringMatching(new RegExp(`^failed ${id} \\d+ E[A-Z]+$`));

/** Inserts bogus probes in the middle of the good ones. */
const among = (probes: readonly Probe[], ...bogus: Probe[]): Probe[] => [
  ...probes.slice(0, GOOD / 2),
  ...bogus,
  ...probes.slice(GOOD / 2),
];

afterEach(cleanUp);

function addressOf(symbol: string): bigint {
  const address = new RegExp(`^([0-9a-f]{16}) [a-zA-Z] ${symbol}$`, 'm').exec(
    readText('/proc/kallsyms'),
  )?.[1];
  if (address === undefined) throw new Error(`no ${symbol}`);
  return BigInt(`0x${address}`);
}

/** A function that cannot be traced: it is not in available_filter_functions. */
const UNTRACEABLE = process.arch === 'arm64' ? 'el1h_64_sync_handler' : 'exc_int3';

function untraceableAddress(): bigint {
  expect(readText(`${TRACEFS}/available_filter_functions`)).not.toMatch(new RegExp(`^${UNTRACEABLE}$`, 'm'));
  return addressOf(UNTRACEABLE);
}

it.skipIf(!HAS_FPROBE)(
  'kprobe-multi (skipped on a kernel without FPROBE): addresses that the kernel refuses do not prevent others from being attached',
  async () => {
    const { probes, columns } = goodProbes();
    const [first] = probes;
    if (!first) throw new Error('no functions');
    // After the offsets that a probe may have (at most 4 to 8), and before the next function.
    const middle = { id: BOGUS_ID, address: first.address + 10n, name: 'middle_of_a_function' };
    const untraceable = { id: BOGUS_ID + 1, address: untraceableAddress(), name: UNTRACEABLE };
    expect(await keep('kprobe-multi', among(probes, middle), columns)).toEqual([
      refused(BOGUS_ID),
      `attached ${GOOD} 1`,
      'detached',
    ]);
    const said = await keep('kprobe-multi', among(probes, middle, untraceable), columns);
    expect(said.slice(2)).toEqual([`attached ${GOOD} 2`, 'detached']);
    expect(said.slice(0, 2).map((line) => Number(line.split(' ')[1]))).toEqual([BOGUS_ID, BOGUS_ID + 1]);
  },
);

it.skipIf(!BACKENDS.includes('fentry-multi'))(
  'fentry-multi (skipped on a kernel without tracing_multi links): functions that these refuse are attached by a kprobe-multi link',
  async () => {
    const { probes, columns } = goodProbes();
    const [first] = probes;
    if (!first) throw new Error('no functions');
    const NO_FUNCTION = 1; // the BTF id of a type that is not a function
    const byAddress = { ...first, id: BOGUS_ID, btfId: NO_FUNCTION };
    const neither = {
      id: BOGUS_ID + 1,
      address: untraceableAddress(),
      btfId: NO_FUNCTION,
      name: UNTRACEABLE,
    };
    expect(await keep('fentry-multi', among(probes, byAddress, neither), columns)).toEqual([
      `share ${GOOD} fentry-multi`,
      refused(BOGUS_ID + 1),
      'share 1 kprobe-multi',
      `attached ${GOOD + 1} 1`,
      'detached',
    ]);
  },
);

it('kprobe: addresses that the kernel refuses do not prevent others from being attached', async () => {
  const { probes, columns } = goodProbes();
  const data = { id: BOGUS_ID, address: addressOf('init_task'), name: 'init_task' };
  const blacklisted = { id: BOGUS_ID + 1, address: untraceableAddress(), name: UNTRACEABLE };
  const said = await keep('kprobe', among(probes, data, blacklisted), columns);
  // In the order of addresses: data is after text.
  expect(said).toEqual([refused(BOGUS_ID + 1), refused(BOGUS_ID), `attached ${GOOD} 2`, 'detached']);
});

it('kprobe: attaches 0 functions and ends as usual if all are refused', async () => {
  const { columns } = goodProbes();
  const data = { id: BOGUS_ID, address: addressOf('init_task'), name: 'init_task' };
  expect(await keep('kprobe', [data], columns)).toEqual([refused(BOGUS_ID), 'attached 0 1', 'detached']);
});

it('a session has no events before it is activated, and matched = delivered + lost after it is deactivated', async () => {
  const columns = addon.readFunctions({ tracefs: TRACEFS });
  const found = tableRows(columns).find(({ name }) => name === 'ip_rcv');
  expect(found?.slot).toBe(0);
  const counts: Counters[] = [];
  await keep('kprobe', found === undefined ? [] : [found], columns, async (session) => {
    await ping(MARK);
    counts.push(session.counters());
    session.activate();
    await ping(MARK);
    session.deactivate();
    session.drain();
    counts.push(session.counters());
    await ping(MARK);
    counts.push(session.counters());
  });
  const none = { matched: 0, delivered: 0, lost: 0, suppressed: 0, late: 0, missed: 0 };
  const one = { ...none, matched: 1, delivered: 1 };
  expect(counts).toMatchObject([none, one, one]);
});
