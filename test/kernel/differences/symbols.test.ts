// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MARK } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { expectNothingLeft, KPROBES } from '../../support/kernel/kernel.js';
import { attachCountsOf, parseJson, sequence } from '../../support/ipft/results.js';
import { pause, readText, shell, TRACEFS } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';
import { ipftProcess } from '../../support/ipft/process.js';

interface Listed {
  readonly name: string;
  readonly symbol: string;
  readonly address: string;
  readonly traceable: boolean;
  readonly reason: string;
}

let list: Promise<Listed[]> | undefined;
const readList = async (): Promise<Listed[]> =>
  (await ipftProcess(['--list', '-o', 'json', '--module-regex', '^vmlinux$'])).stdout
    .trimEnd()
    .split('\n')
    .slice(0, -1) // the summary
    .map((line) => JSON.parse(line) as Listed);
/** The functions of the kernel itself, which do not change. */
const listed = (): Promise<Listed[]> => (list ??= readList());

const HAS_ADDRESSES = existsSync(`${TRACEFS}/available_filter_functions_addrs`);
const kallsyms = readText('/proc/kallsyms');

/** Takes a `struct sk_buff **`; on some kernels it exists only without its constant arguments. */
const CORE = '__netif_receive_skb_core';
const DESCRIBES_CORE = readFileSync('/sys/kernel/btf/vmlinux').includes(`\0${CORE}\0`);

/** IPv4 and IPv6 each have a function of this name, which they call when they report multicast groups. */
const REPORT = 'add_grec';

/** Joins two groups of IPv4 and two of IPv6, so that the record of the second one is added to an existing packet. */
async function joinGroups(): Promise<void> {
  shell(`ip link add groups type dummy; ip link set groups up; ip address add 10.9.9.1/24 dev groups
    for group in 239.1.1.1/32 239.1.1.2/32 ff05::1:3/128 ff05::1:4/128; do
      ip address add $group dev groups autojoin
    done`);
  await pause(3000); // reports come within a second
  shell('ip link delete groups');
}

describe.each(KPROBES)('-b %s', (backend) => {
  it.skipIf(!DESCRIBES_CORE)(
    `traces ${CORE}, also if it exists only as a clone (skipped where BTF lacks it)`,
    async () => {
      const [row, ...others] = (await listed()).filter(({ name }) => name === CORE);
      expect(others).toEqual([]);
      expect(row?.symbol).toMatch(new RegExp(`^${CORE}(\\.constprop\\.\\d+)?$`));
      expect(kallsyms).toMatch(new RegExp(`^${row?.address.slice(2)} [tT] ${row?.symbol}$`, 'm'));
      const running = await trace(['-m', MARK, '-b', backend, '-o', 'json', '-r', `^${CORE}$`]);
      await ping(Number(MARK));
      const { stdout, stderr } = await running.end();
      expect(attachCountsOf(stderr)).toMatchObject({ succeeded: 1, failed: 0, untraceable: 0 });
      const events = sequence(parseJson(stdout));
      expect(events.length).toBeGreaterThan(0);
      expect(new Set(events)).toEqual(new Set([CORE]));
      await expectNothingLeft();
    },
  );

  it('attaches functions with the same name, each at its address', async () => {
    const shared = (await listed()).filter(({ symbol, traceable }) => traceable && symbol.includes('+'));
    const names = new Set(shared.map(({ name }) => name));
    expect(shared.length).toBeGreaterThanOrEqual(2 * names.size);
    expect(names.size).toBeGreaterThan(0);
    for (const { name, address } of shared)
      expect(kallsyms).toMatch(new RegExp(`^${address.slice(2)} [tT] ${name}$`, 'm'));
    const regex = `^(${[...names].join('|')})$`;
    const running = await trace(['-m', '0', '--mask', '0', '-b', backend, '-o', 'json', '-r', regex]);
    await joinGroups();
    const { stdout, stderr } = await running.end();
    expect(attachCountsOf(stderr)).toMatchObject({ succeeded: shared.length, failed: 0, untraceable: 0 });
    const events = parseJson(stdout);
    expect(events.filter((event) => !names.has(event.function))).toEqual([]);
    const lengths = events.filter((event) => event.function === REPORT).map(({ len }) => len);
    console.log(`${backend}: ${[...names].join(' ')}; ${REPORT} saw packets of ${lengths.join(' ')} bytes`);
    // IPv4: header with an option (24), IGMPv3 (8), a record (8). IPv6: headers (48), MLDv2 (8), a record (20).
    if (names.has(REPORT)) expect(lengths).toEqual(expect.arrayContaining([40, 76]));
    await expectNothingLeft();
  });
});

it('of functions with the same name, traces none if some cannot be traced and addresses do not say which', async () => {
  const functions = (await listed()).filter(({ reason }) => !reason.includes('clone'));
  const lines = readText(`${TRACEFS}/available_filter_functions`).split('\n');
  for (const name of new Set(
    functions.filter(({ symbol }) => symbol.includes('+')).map(({ name }) => name),
  )) {
    const rows = functions.filter((row) => row.name === name);
    const listedTimes = lines.filter((line) => line.split('.')[0] === name).length;
    const traceable = rows.filter((row) => row.traceable).length;
    console.log(`${name}: ${rows.length} addresses, ${listedTimes} listed, ${traceable} traceable`);
    if (listedTimes === rows.length) expect(traceable).toBe(rows.length);
    else expect(traceable).toBe(HAS_ADDRESSES ? listedTimes : 0);
  }
});
