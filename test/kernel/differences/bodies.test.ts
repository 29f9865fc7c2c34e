// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, describe, expect, it } from 'vitest';
import { FunctionTable } from '../../../src/core/function-table.js';
import { addon } from '../../support/addon/addon.js';
import { MARK } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { attachCountsOf, parseGroups, sequence } from '../../support/ipft/results.js';
import { HAS_MODULE_BTF } from '../../support/witnesses/skb-probes.js';
import { readText, TRACEFS } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';

/*
 * Where -b kprobe places its probes, according to the kernel's list of kprobes. function-tracer.test.ts and the witnesses
 * of fields check that a probe in a function's body is hit once per call, with the arguments of the call.
 */

interface KernelProbe {
  readonly function: string;
  readonly offset: number;
  /** hit through ftrace */
  readonly ftrace: boolean;
}

/** `ffffffff81a2b3c5  k  ip_rcv+0x5    [OPTIMIZED]` */
function kernelProbes(): KernelProbe[] {
  const lines = readText('/sys/kernel/debug/kprobes/list').trimEnd().split('\n');
  return lines.map((line) => {
    const [, name = '', offset = ''] = /^\S+\s+[kr]\s+([^+\s]+)\+0x([0-9a-f]+)/.exec(line) ?? [];
    return { function: name, offset: Number.parseInt(offset, 16), ftrace: line.includes('[FTRACE]') };
  });
}

const ARGS = ['-m', MARK, '-b', 'kprobe'];
/** Only vmlinux: which modules are loaded depends on the test files that ran before. */
const OF_KERNEL = ['--module-regex', '^vmlinux$'];

/** After ftrace's nop, and after an ENDBR before it. */
const BODY_OFFSETS = [5, 9];

afterEach(cleanUp);

/** On arm64 a kprobe is a breakpoint wherever it is, and ipft places all on entries. */
const HAS_BODIES = process.arch === 'x64';

describe.skipIf(!HAS_BODIES)(
  'ipft -b kprobe (skipped on arm64, where probes in bodies are no faster)',
  () => {
    it('places most probes in the bodies of functions, few on their entries, and one per function', async () => {
      const running = await trace([...ARGS, '-v', '-r', '^(ip|icmp|netif|__netif)_', ...OF_KERNEL]);
      const probes = kernelProbes();
      await ping(0xdeadbeef);
      const { code, stdout, stderr } = await running.end();
      const { succeeded, failed } = attachCountsOf(stderr);
      const entries = probes.filter(({ ftrace }) => ftrace).map((probe) => probe.function);
      const bodies = probes.filter(({ ftrace }) => !ftrace);
      console.log(`${bodies.length} in bodies, on entries: ${entries.join(' ')}`);
      expect(failed).toBe(0);
      expect(probes.length).toBeGreaterThanOrEqual(succeeded);
      expect(bodies.filter((probe) => entries.includes(probe.function))).toEqual([]);
      expect(bodies.filter(({ offset }) => !BODY_OFFSETS.includes(offset))).toEqual([]);
      expect(bodies.length).toBeGreaterThan(0.9 * probes.length);
      const [, inBodies, onEntries] =
        /^Attached in [\d.]+ s: (\d+) by breakpoint(?:, (\d+) by ftrace)?$/m.exec(stderr) ?? [];
      expect(Number(inBodies) + Number(onEntries ?? 0)).toBe(succeeded);
      expect(Number(inBodies)).toBeLessThanOrEqual(bodies.length); // hidden functions, which free packets, are probed, too
      expect(Number(onEntries ?? 0)).toBeLessThanOrEqual(entries.length);
      expect(sequence(parseGroups(stdout).flat())).toEqual(expect.arrayContaining(['ip_output', 'icmp_rcv']));
      expect(code).toBe(0);
    });

    it('places none in a body that may be the target of a jump', async () => {
      const table = new FunctionTable(addon.readFunctions({ tracefs: TRACEFS }));
      const offsets = addon.readBodyOffsets(table.columns);
      const refused = table
        .traceable(table.select({ module: /^vmlinux$/ }))
        .flatMap((id) => (offsets[id] === 0 ? [table.names[id] ?? ''] : []));
      expect(refused.length).toBeGreaterThan(0);
      const running = await trace([...ARGS, '-r', `^(${refused.join('|')})$`]);
      const probes = kernelProbes().filter((probe) => refused.includes(probe.function.replace(/\..*/, '')));
      expect((await running.end()).code).toBe(0);
      expect(probes.length).toBeGreaterThanOrEqual(refused.length);
      expect(probes.filter(({ ftrace }) => !ftrace)).toEqual([]);
    });

    // A probe in the body of a module's function crashed Linux 6.12.
    it.skipIf(!HAS_MODULE_BTF)(
      `places none in the bodies of functions of modules${HAS_MODULE_BTF ? '' : ' (skipped: this kernel has no BTF of modules)'}`,
      async () => {
        const running = await trace([...ARGS, '-r', '.', '--module-regex', '^veth$']);
        const probes = kernelProbes().filter((probe) => probe.function.startsWith('veth_'));
        expect((await running.end()).code).toBe(0);
        expect(probes.map((probe) => probe.function)).toContain('veth_xmit');
        expect(probes.filter(({ ftrace }) => !ftrace)).toEqual([]);
      },
    );

    it('places them on entries for function_graph, as kretprobes need', async () => {
      const running = await trace([...ARGS, '-t', 'function_graph', '-r', '^ip_(rcv|output)$']);
      const probes = kernelProbes();
      expect((await running.end()).code).toBe(0);
      expect(probes.length).toBeGreaterThanOrEqual(2);
      expect(probes.filter(({ ftrace }) => !ftrace)).toEqual([]);
    });
  },
);
