// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Running } from '../../support/ipft/running.js';
import { DEADBEEF, MARK } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { parseJson, parseResults, type Event } from '../../support/ipft/results.js';
import { BACKENDS, cleanUp, expectNothingLeft } from '../../support/kernel/kernel.js';
import { shell, withSetting } from '../../support/kernel/system.js';
import { udp } from '../../support/traffic/traffic.js';

/*
 * Modules that are loaded and CPUs that come online after a trace has begun.
 */

shell('modprobe veth');
const HAS_MODULE_BTF = existsSync('/sys/kernel/btf/veth');
/** The module's function, and those that are called before and after it for a packet. */
const NEAR = '^(dummy_xmit|dev_hard_start_xmit|consume_skb)$';

const unload = (): string => shell('ip link delete last 2>/dev/null || true; modprobe -r dummy');
const load = (): string =>
  shell(`modprobe dummy; ip link add last type dummy; ip link set last up
    ip address add 10.77.0.1/24 dev last; ip neighbour add 10.77.0.2 lladdr 02:00:00:00:00:02 dev last`);
/** ip6_gre, which tunnels of other test files have loaded, uses gre, too. */
const unloadGre = (): string => shell('modprobe -r ip_gre ip6_gre gre');
const ping = (): string => shell(`ping -n -q -c 1 -W 1 -m ${Number(MARK)} 10.77.0.2 || true`);

/** Ends the trace. `module`: what the summary says about dummy. */
async function ended(
  running: Running,
): Promise<{ code: number | null; stderr: string; events: Event[]; module: unknown }> {
  const { code, stdout, stderr } = await running.end();
  const { modules } = parseResults(stdout).summary.later;
  return {
    code,
    stderr,
    events: parseJson(stdout),
    module: modules.find(({ module }) => module === 'dummy'),
  };
}

afterEach(cleanUp);

describe('a module that is loaded during a trace', () => {
  describe.skipIf(!HAS_MODULE_BTF)('with BTF (skipped on a kernel whose modules have no BTF)', () => {
    afterEach(unload);

    it.each(BACKENDS.filter((backend) => backend !== 'fentry'))(
      'is traced once its functions are attached, -b %s',
      async (backend) => {
        unload();
        const running = await trace([
          '-m',
          MARK,
          '-b',
          backend,
          '-r',
          NEAR,
          '-f',
          'caller,len',
          '-o',
          'json',
        ]);
        load();
        await running.says('Module dummy was loaded: 1 of its functions are traced from now on');
        ping();
        const { code, stderr, events, module } = await ended(running);
        const shown = events.map((event) => event.function);
        expect(shown).toEqual(expect.arrayContaining(['dev_hard_start_xmit', 'dummy_xmit', 'consume_skb']));
        const [own] = events.filter((event) => event.function === 'dummy_xmit');
        expect(own).toMatchObject({
          module: 'dummy',
          len: 98,
          caller: expect.stringMatching(/^dev_hard_start_xmit\+/) as string,
        });
        // A caller in the module is shown by name, too.
        expect(events.some((event) => 'caller' in event && String(event.caller).endsWith(' [dummy]'))).toBe(
          true,
        );
        expect(module).toEqual({
          module: 'dummy',
          functions: 1,
          unattached: 0,
          attached_ns: expect.stringMatching(/^\d+$/) as string,
        });
        expect(BigInt((module as { attached_ns: string }).attached_ns)).toBeLessThan(own?.timestamp ?? 0n);
        expect(stderr).not.toContain('dummy was loaded during the trace');
        expect(code).toBe(0);
        await expectNothingLeft();
      },
    );

    it('is traced if ip link add loads it together with another module that it needs', async () => {
      unloadGre();
      const running = await trace(['-m', MARK, '-r', '^(ip_output|.*gre.*)$', '-o', 'json']);
      shell(`ip link add last type gre local 127.0.0.1 remote 127.0.0.1; ip link set last up
        ip address add 10.77.0.1/24 dev last`);
      await running.says('Module ip_gre was loaded: ');
      ping();
      const { events } = await ended(running);
      expect(events).toEqual(
        expect.arrayContaining([expect.objectContaining({ function: 'ipgre_xmit', module: 'ip_gre' })]),
      );
      shell('ip link delete last');
      unloadGre();
      await expectNothingLeft();
    });

    it('is reported if the trace ends before it can be attached, and counts as missing', async () => {
      unload();
      const running = await trace(['-m', MARK, '-r', NEAR, '-o', 'json', '--fail-on-loss']);
      load();
      const { code, module } = await ended(running);
      expect(module).toMatchObject({ functions: expect.any(Number) as number });
      const { functions, unattached } = module as { functions: number; unattached: number | null };
      // null: the module was still being read when the trace ended
      expect(functions + (unattached ?? 1)).toBe(1);
      expect(code).toBe(unattached === 0 ? 0 : 7);
      await expectNothingLeft();
    });

    it('is reported and counts as missing if the backend cannot add functions: -b fentry', async () => {
      unload();
      const running = await trace(['-m', MARK, '-b', 'fentry', '-r', NEAR, '-o', 'json', '--fail-on-loss']);
      load();
      await running.says('warning: module dummy was loaded: 0 of its functions are traced');
      const { code, stderr, module } = await ended(running);
      expect(module).toMatchObject({ functions: 0, unattached: 1 });
      expect(stderr).toContain(
        'warning: module dummy was loaded during the trace: calls of 1 of its functions are missing\nTry: start ipft again\n',
      );
      expect(code).toBe(7);
    });

    it('is not reported if none of its functions is selected', async () => {
      unload();
      const running = await trace(['-m', MARK, '-r', '^ip_output$', '-o', 'json', '--fail-on-loss']);
      load();
      await new Promise((resolve) => setTimeout(resolve, 4000)); // longer than it takes to read the module
      const { code, stderr, module } = await ended(running);
      expect(module).toBeUndefined();
      expect(stderr).not.toContain('dummy');
      expect(code).toBe(0);
    });
  });

  it.skipIf(HAS_MODULE_BTF)(
    'without BTF is reported also if the trace ends immediately (skipped where modules have BTF)',
    async () => {
      shell('modprobe -r dummy');
      const running = await trace(['-m', MARK, '-r', NEAR, '-o', 'json', '--fail-on-loss']);
      shell('modprobe dummy');
      const { code, module } = await ended(running);
      expect(module).toMatchObject({ functions: 0, unattached: null });
      expect(code).toBe(7);
    },
  );

  it.skipIf(HAS_MODULE_BTF)('without BTF is reported (skipped where modules have BTF)', async () => {
    shell('modprobe -r dummy');
    const running = await trace(['-m', MARK, '-r', NEAR, '-o', 'json', '--fail-on-loss']);
    shell('modprobe dummy');
    await running.says('warning: module dummy was loaded: 0 of its functions are traced');
    const { code, stderr, module } = await ended(running);
    expect(module).toMatchObject({ functions: 0, unattached: null });
    expect(stderr).toContain('it has no BTF');
    expect(code).toBe(7);
  });
});

describe('events are not missing from a CPU', () => {
  const ONLINE = '/sys/devices/system/cpu/cpu1/online';
  const IP_OUTPUT = ['-m', MARK, '-r', '^ip_output$', '-o', 'json'];
  afterEach(() => writeFileSync(ONLINE, '1'));

  /** Ends the trace after 20 packets on that CPU; `sent`: how many it has sent before. */
  async function endedAfterMore(running: Awaited<ReturnType<typeof trace>>, sent: number) {
    await udp({ mark: DEADBEEF, count: 10, rate: 0, cpu: 0 });
    await udp({ mark: DEADBEEF, count: 20, rate: 0, cpu: 1 });
    const { code, stdout } = await running.end();
    const { events, summary } = parseResults(stdout);
    const ofCpu = events.filter((event) => (event as { processor_id: number }).processor_id === 1).length;
    expect(ofCpu).toBe(20 + sent);
    expect(summary.causes).toMatchObject({ perf_buffer_full: 0, no_buffer: 0 });
    expect(code).toBe(0);
    return summary.later.cpus;
  }

  it('that comes online after ipft has started: it gets a ring buffer', async () => {
    const running = await withSetting(ONLINE, '0', () => trace(IP_OUTPUT));
    await new Promise((resolve) => setTimeout(resolve, 500)); // what is sent immediately may find no buffer
    expect(await endedAfterMore(running, 0)).toBe(1);
  });

  it('that goes offline and online again during the trace, twice: it keeps its ring buffer', async () => {
    const running = await trace(IP_OUTPUT);
    for (let i = 0; i < 2; i++) {
      await withSetting(ONLINE, '0', () => undefined);
      await udp({ mark: DEADBEEF, count: 1, rate: 0, cpu: 1 });
    }
    expect(await endedAfterMore(running, 2)).toBe(0);
  });
});
