// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, describe, expect, it } from 'vitest';
import type { DoctorReport } from '../../src/run/doctor/report.js';
import { reportText } from '../../src/run/doctor/text.js';
import { ipft, killLeftovers } from '../support/stand-ins/process.js';

afterEach(killLeftovers);

async function doctor(
  env: Record<string, string> = {},
): Promise<{ code: number | null; report: DoctorReport }> {
  const { code, stdout } = await ipft(['doctor', '--json'], { env }).ended;
  return { code, report: JSON.parse(stdout) as DoctorReport };
}

const MISSING =
  '/sys/kernel/tracing/available_filter_functions,/sys/kernel/debug/tracing/available_filter_functions';

describe('ipft doctor', () => {
  it('exits 0 on a machine where everything can be traced', async () => {
    const { code, report } = await doctor();
    expect(code).toBe(0);
    expect(report).toMatchObject({
      btf: { problem: null },
      privilege: { problem: null, capabilities: { CAP_SYS_ADMIN: true } },
      tracefs: { problem: null, path: '/sys/kernel/tracing' },
      kallsyms: { problem: null },
      functions: { count: 4, traceable: { count: 3, unknown: null } },
      module_btf: { functions: { count: 1, unknown: null }, missing: null },
      tracepoints: { count: 2 },
      auto: 'kprobe-multi',
      auto_problem: null,
    });
    expect(report.backends.map(({ id, usable }) => [id, usable])).toEqual([
      ['fentry-multi', false],
      ['kprobe-multi', true],
      ['kprobe', true],
      ['fentry', false],
      ['tracepoint', true],
    ]);
  });

  it('lists every reason why a backend cannot be used, and the remedies', async () => {
    const { code, report } = await doctor({ FAKE_MISSING: MISSING, FAKE_PROBE_ERRNO: '95' });
    expect([code, report.auto]).toEqual([0, null]);
    expect(report.auto_problem).toContain('tracefs is not mounted');
    const [, multi, kprobe] = report.backends;
    expect(multi?.reasons).toEqual([
      expect.stringContaining('tracefs is not mounted'),
      expect.stringContaining('kprobe-multi is refused with EOPNOTSUPP'),
    ]);
    expect(multi?.remedies).toEqual([]);
    expect(kprobe?.reasons).toHaveLength(1);
    expect(kprobe?.remedies).toEqual([expect.stringContaining('mount -t tracefs')]);
  });

  it('exits 3 if nothing can be traced', async () => {
    const { code, report } = await doctor({ FAKE_PROBE_ERRNO: '95,2,22' });
    expect([code, report.auto]).toEqual([3, null]);
    const withoutBtf = await ipft(['doctor'], { env: { FAKE_MISSING: '/sys/kernel/btf/vmlinux' } }).ended;
    expect(withoutBtf.stdout).toMatch(/^BTF .*cannot be read \(ENOENT\)\n +Try: .*CONFIG_DEBUG_INFO_BTF/m);
    expect(withoutBtf.stdout).toMatch(/^ {2}tracepoint +no /m);
    expect(withoutBtf.stdout).toContain('\nNothing can be traced here.\n');
    expect(withoutBtf.code).toBe(3);
  });

  it('fits on one screen, and says what is unknown', () => {
    const problem = { problem: null, remedy: null };
    const text = reportText({
      kernel: '6.1',
      architecture: 'x86_64',
      btf: { ...problem, bytes: 5_500_000, file: null, match: null },
      module_btf: {
        count: 2,
        unknown: null,
        functions: { count: 7, unknown: null },
        missing: '1 module has no BTF',
      },
      lockdown: { mode: null, source: 'why' },
      privilege: {
        ...problem,
        capabilities: {
          CAP_NET_ADMIN: false,
          CAP_SYS_ADMIN: false,
          CAP_SYSLOG: false,
          CAP_PERFMON: true,
          CAP_BPF: true,
        },
      },
      tracefs: { ...problem, path: '/sys/kernel/tracing' },
      kallsyms: { ...problem, kptr_restrict: '1' },
      functions: { count: 2, unknown: null, traceable: { count: null, unknown: 'nobody tells' } },
      tracepoints: { count: 1, unknown: null },
      backends: [
        {
          id: 'kprobe',
          usable: false,
          description: 'd',
          reasons: ['one', 'two'],
          remedies: ['first', 'second'],
        },
        { id: 'tracepoint', usable: true, description: 'each', reasons: [], remedies: [] },
      ],
      auto: 'tracepoint',
      auto_problem: null,
    });
    expect(text).toBe(
      `Kernel          Linux 6.1 x86_64
BTF             5.5 MB
BTF of modules  of 2 modules; 7 of their functions take an skb
                1 module has no BTF
Lockdown        not known (why)
Privilege       CAP_PERFMON CAP_BPF
tracefs         /sys/kernel/tracing
Addresses       shown (kernel.kptr_restrict is 1)
Functions       2 take an skb; nobody tells
Tracepoints     1 pass an skb

Backends, in the order in which auto tries them:
  kprobe        no   one
                     two
                     Try: first
  tracepoint    yes  each

--backend auto picks tracepoint: tracepoints only, not functions.
`,
    );
  });
});
