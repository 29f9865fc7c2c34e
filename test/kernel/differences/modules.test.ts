// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FunctionTable } from '../../../src/core/function-table.js';
import { Keeper } from '../../../src/native/keeper.js';
import type { Addon } from '../../../src/native/types.js';
import { MARK } from '../../support/ipft/running.js';
import { trace, ipft } from '../../support/ipft/in-process.js';
import { AUTO, BACKENDS, expectNothingLeft, KPROBES } from '../../support/kernel/kernel.js';
import { attachCountsOf, parseJson } from '../../support/ipft/results.js';
import { pidsOf, run, shell, TRACEFS } from '../../support/kernel/system.js';
import { HOME, loadAddon } from '../../support/home.js';
import { ipftProcess } from '../../support/ipft/process.js';
import { wholeOnlyBut } from '../../support/whole.js';

const OVERLAY = join(HOME, 'lab/net/overlay');
const MODULES = ['veth', 'vxlan', 'udp_tunnel', 'vrf', 'nf_tables'];

run('modprobe', '-a', ...MODULES, 'dummy');
/** Functions of modules that a marked ping passes. */
const WAY = [
  'vrf_xmit [vrf]',
  'nft_do_chain_ipv4 [nf_tables]',
  'vxlan_xmit [vxlan]',
  'udp_tunnel_xmit_skb [udp_tunnel]',
  'veth_xmit [veth]',
];
/** 13 arguments on newer kernels: more than a trampoline supports, so only fentry cannot attach it. */
const MANY_ARGUMENTS = 'udp_tunnel_xmit_skb ';
const HAS_MODULE_BTF = existsSync('/sys/kernel/btf/veth');

const addon = loadAddon() as Addon;

/** One ping through VRF, VXLAN and veth; `marked`: options, with the mark in decimal. */
const ping = (...marked: string[]): string =>
  run(OVERLAY, 'exec', 'a', 'ping', '-n', '-q', '-c', '1', '-I', 'red', ...marked, '10.1.0.10');
const markedPing = (): string => ping('-m', Number(MARK).toString());

interface Functions {
  readonly table: FunctionTable;
  /** the functions that the program for the first argument can trace */
  readonly ids: readonly number[];
}

/** Functions of the modules that are loaded now: of others than dummy at most `most`, and then those of dummy. */
function readFunctions(module: RegExp, most = Infinity): Functions {
  const table = new FunctionTable(addon.readFunctions({ tracefs: TRACEFS }));
  const probes = table.probes(table.traceable(table.select({ module })));
  const first = probes.filter(({ program }) => program === 0).map(({ id }) => id);
  const other = first.filter((id) => table.modules[id] !== 'dummy').slice(0, most);
  return { table, ids: [...other, ...first.filter((id) => table.modules[id] === 'dummy')] };
}

interface Attached {
  readonly succeeded: number;
  /** `NAME [MODULE] ERRNO` */
  readonly failed: readonly string[];
}

/** Has the keeper attach these functions and detach them. */
async function attach(
  backend: string,
  { table, ids }: Functions,
  progress = (): void => undefined,
): Promise<Attached> {
  const { columns } = table;
  const session = new addon.Session(
    {
      ...columns,
      ...{ mark: 1, mask: 1, programs: backend, functions: Uint32Array.from(ids) },
      ...{ hidden: new Uint32Array(0), reportsEnds: false, bodyOffsets: new Uint8Array(table.size) },
      ...{ pageCount: 8, leastPageCount: 8, wakeupEvents: 0 },
    },
    () => undefined,
  );
  const functions = table.probes(ids).map((probe) => ({ ...probe, bodyOffset: 0 }));
  const modules = columns.moduleLoads;
  const plan = {
    backend,
    tracefs: TRACEFS,
    returns: false,
    programFds: session.programFds,
    modules,
    functions,
  };
  const failed: string[] = [];
  const keeper = new Keeper(join(HOME, 'build/Release/probe-keeper'), plan, {
    progress,
    detaching: () => undefined,
    share: () => undefined,
    failed: (id, why) => failed.push(`${table.label(id)} ${why}`),
  });
  const counts = await keeper.attached;
  keeper.detach();
  expect(await keeper.ended).toBeNull();
  session.close();
  expect(counts.failed).toBe(failed.length);
  return { succeeded: counts.succeeded, failed };
}

function onlyDummyFailed({ table, ids }: Functions, code: string): Attached {
  const ofDummy = ids.filter((id) => table.modules[id] === 'dummy');
  expect(ofDummy.map((id) => table.names[id])).toContain('dummy_xmit');
  const failed = ofDummy.map((id) => `${table.label(id)} ${code}`);
  return { succeeded: ids.length - ofDummy.length, failed };
}

const isLoaded = (module: string): boolean => existsSync(`/sys/module/${module}`);

it.skipIf(HAS_MODULE_BTF)(
  'without BTF of modules (skipped on kernels with it) ipft says so, and lists none of their functions',
  async () => {
    const { stdout, stderr } = await ipftProcess(['--list']);
    expect(stderr).toMatch(/^warning: \d+ modules have no BTF \(\w+, \w+, \w+, \.\.\.\): their functions/m);
    expect(stdout.split('\n').filter((line) => line !== '' && !line.includes(' vmlinux '))).toEqual([]);
    const { stdout: report } = await ipftProcess(['doctor', '--json']);
    expect(JSON.parse(report)).toMatchObject({
      module_btf: { count: 0, functions: { count: 0 }, missing: expect.stringContaining('no BTF') as string },
    });
  },
);

describe.skipIf(!HAS_MODULE_BTF)('functions of modules (skipped on a kernel without their BTF)', () => {
  beforeAll(() => {
    run(OVERLAY, 'up');
    ping(); // the first packet has additional calls
  });
  afterAll(() => run(OVERLAY, 'down'));

  it('are counted by ipft doctor', async () => {
    const { module_btf: found } = JSON.parse((await ipftProcess(['doctor', '--json'])).stdout) as {
      module_btf: { count: number; functions: { count: number }; missing: string | null };
    };
    const { stdout } = await ipftProcess(['--list', '-o', 'json', '--module-regex', '^(?!vmlinux$)']);
    expect(found.count).toBe(Number(shell('ls /sys/kernel/btf | grep -vc "^vmlinux$"')));
    const known = stdout.split('\n').filter((line) => /"skb_position":\d/.test(line));
    expect(found.functions.count).toBe(known.length);
    expect(found.missing).toBeNull();
  });

  describe.each(BACKENDS)('-b %s', (backend) => {
    const [skips, why] = wholeOnlyBut(AUTO, backend);
    it.skipIf(skips)(`are shown for a packet, with the module after the name${why}`, async () => {
      const way = backend === 'fentry' ? WAY.filter((row) => !row.startsWith(MANY_ARGUMENTS)) : WAY;
      // fentry is for at most 64 functions
      const few = backend === 'fentry' ? ['-r', `^(${way.map((row) => row.split(' ')[0]).join('|')})$`] : [];
      const modules = `^(${MODULES.join('|')})$`;
      const running = await trace(['-m', MARK, '-b', backend, '--module-regex', modules, ...few, '-v']);
      markedPing();
      const { code, stdout, stderr } = await running.end();
      expect(code).toBe(0);
      const { succeeded, failed } = attachCountsOf(stderr);
      expect(failed).toBe(0);
      // tracing_multi links take functions of vmlinux only
      if (backend === 'fentry-multi')
        expect(stderr).toMatch(
          new RegExp(`^Attached in [\\d.]+ s: 0 by fentry-multi, ${succeeded} by kprobe-multi$`, 'm'),
        );
      const shown = stdout
        .split('\n')
        .filter((line) => line !== '' && line !== '===')
        .map((line) => /^\d+ \d{4} +(\w+ \[\w+\]) \(len: \d+\)$/.exec(line)?.[1] ?? `not a line: ${line}`);
      console.log(`${backend}: ${shown.join(' ')}`);
      expect(shown).toEqual(expect.arrayContaining(way));
      expect(shown.filter((line) => !MODULES.some((module) => line.endsWith(` [${module}]`)))).toEqual([]);
    });
  });

  it('are selected by --module-regex', async () => {
    const running = await trace(['-m', MARK, '--module-regex', '^veth$', '-o', 'json']);
    markedPing();
    const { stdout, stderr } = await running.end();
    const events = parseJson(stdout);
    expect(events.map((event) => event.function)).toContain('veth_xmit');
    expect(new Set(events.map(({ module }) => module))).toEqual(new Set(['veth']));
    const { stdout: list } = await ipftProcess(['--list', '--module-regex', '^veth$']);
    expect(list).toMatch(/^(\w+ +veth +0x[0-9a-f]{16} +\d\n)+$/);
    expect(attachCountsOf(stderr).succeeded).toBe(list.trimEnd().split('\n').length);
  });

  it('are read again for each trace of a process, so that modules may be loaded and unloaded between traces', async () => {
    const attached = async (): Promise<number> => {
      const running = await trace(['-m', MARK, '--module-regex', '^dummy$']);
      return attachCountsOf((await running.end()).stderr).succeeded;
    };
    shell('modprobe dummy');
    const first = await attached();
    shell('modprobe -r dummy');
    const { code, stderr } = await ipft(['-m', MARK, '--module-regex', '^dummy$']);
    expect(stderr).toContain("no function matches --module-regex '^dummy$'");
    expect(code).toBe(2);
    // The addresses are those of this load of the module: others would be refused with ESTALE.
    shell('modprobe dummy');
    expect([first, await attached()]).toEqual([first, first]);
    expect(first).toBeGreaterThan(0);
    await expectNothingLeft();
  });

  it('are shown by name as callers, even if the module was loaded after an earlier trace of the process', async () => {
    const callers = async (device: string): Promise<string> => {
      const functions = '^(skb_clone_tx_timestamp|consume_skb)$';
      const args = ['-m', MARK, '-b', KPROBES[0] ?? '', '-r', functions, '-f', 'caller', '-o', 'json'];
      const running = await trace(args);
      shell(`ping -n -q -c 1 -W 1 -m ${Number(MARK)} ${device} || true`);
      return (await running.end()).stdout;
    };
    shell('modprobe -r dummy');
    expect(await callers('127.0.0.1')).toContain('"caller":"loopback_xmit+0x');
    shell(`modprobe dummy; ip link add last type dummy; ip link set last up
      ip address add 10.77.0.1/24 dev last; ip neighbour add 10.77.0.2 lladdr 02:00:00:00:00:02 dev last`);
    expect(await callers('10.77.0.2')).toMatch(/"caller":"dummy_xmit\+0x\w+ \[dummy\]"/);
    shell('ip link delete last');
    await expectNothingLeft();
  });

  describe.each(KPROBES)('-b %s', (backend) => {
    const args = ['-m', MARK, '-b', backend];

    it.each([
      ['unloaded', 'modprobe -r dummy', 'ENOENT'],
      ['reloaded', 'modprobe -r dummy; modprobe dummy', 'ESTALE'],
    ])(
      'of a module that is %s before they are attached cannot be attached, and all others can',
      async (_, change, code) => {
        run('modprobe', 'dummy');
        const functions = readFunctions(/^(dummy|veth)$/);
        shell(change);
        expect(await attach(backend, functions)).toEqual(onlyDummyFailed(functions, code));
        await expectNothingLeft();
      },
    );

    // By address: on arm64 a module's functions are attached before the kernel's.
    it.skipIf(backend !== 'kprobe' || process.arch === 'arm64')(
      'of a module that is reloaded while other functions are attached cannot be attached (skipped for backends that attach all at once, and on arm64, which has modules below the kernel)',
      async () => {
        run('modprobe', 'dummy');
        const functions = readFunctions(/^(dummy|vmlinux)$/, 50);
        let changes = 0;
        const attached = await attach(backend, functions, () => {
          if (changes++ > 0) return;
          const [pid] = pidsOf('probe-keeper');
          shell(`kill -STOP ${pid}; modprobe -r dummy; modprobe dummy; kill -CONT ${pid}`);
        });
        expect(changes).toBeGreaterThan(1);
        expect(attached).toEqual(onlyDummyFailed(functions, 'ESTALE'));
        await expectNothingLeft();
      },
    );

    const [skips, why] = wholeOnlyBut(KPROBES[0] ?? '', backend);
    it.skipIf(skips)(
      `of a module that is loaded and unloaded while ipft starts are no error${why}`,
      async () => {
        // With pauses, since it would take the CPU that ipft needs.
        const comesAndGoes = 'while :; do modprobe dummy; sleep 0.2; modprobe -r dummy; sleep 0.2; done';
        const loop = spawn('bash', ['-c', comesAndGoes], { stdio: 'ignore' });
        try {
          for (let start = 0; start < 3; start++) {
            const running = await trace([...args, '--module-regex', '^(dummy|veth)$', '-o', 'json']);
            markedPing();
            const { code, stdout, stderr } = await running.end();
            const { total, succeeded, failed, filtered, untraceable } = attachCountsOf(stderr);
            console.log(`${backend}: succeeded ${succeeded} failed ${failed} untraceable ${untraceable}`);
            expect(code).toBe(0);
            expect(succeeded + failed + filtered + untraceable).toBe(total);
            expect(new Set(parseJson(stdout).map((event) => event.module))).toEqual(new Set(['veth']));
          }
        } finally {
          loop.kill('SIGKILL');
        }
        await expectNothingLeft();
      },
    );
  });

  it.each(BACKENDS)(
    'cannot be unloaded during a trace with -b %s, except with kprobe, which warns',
    async (backend) => {
      run('modprobe', 'dummy');
      const running = await trace(['-m', MARK, '-b', backend, '--module-regex', '^dummy$']);
      const unload = (): string => execFileSync('rmmod', ['dummy'], { encoding: 'utf8', stdio: 'pipe' });
      if (backend === 'kprobe') unload();
      else expect(unload).toThrow(/in use/);
      const { code, stderr } = await running.end();
      expect(code).toBe(0);
      expect(isLoaded('dummy')).toBe(backend !== 'kprobe');
      expect(/^warning: module dummy was unloaded during the trace/m.test(stderr)).toBe(backend === 'kprobe');
      await expectNothingLeft();
    },
  );
});
