// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, describe, expect, it } from 'vitest';
import { proves } from '../../support/matrix.js';
import { MARK } from '../../support/ipft/running.js';
import { traceProcess } from '../../support/ipft/process.js';
import { AUTO, BACKENDS, cleanUp, LACKING } from '../../support/kernel/kernel.js';
import { HAS_FPROBE } from '../../support/kernel/fprobe.js';
import { parseGroups, parseJson, sequence } from '../../support/ipft/results.js';
import { withSetting, withMounts } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';
import { ipft, trace } from '../../support/ipft/in-process.js';

const ARGS = ['-m', MARK, '-r', '^ip_output$'];

afterEach(cleanUp);

describe('on a machine where something is missing or disabled', () => {
  it('-b tracepoint traces without tracefs', async () => {
    const through = withMounts('umount /sys/kernel/tracing /sys/kernel/debug');
    const running = await traceProcess(['-m', MARK, '-o', 'json', '-b', 'tracepoint'], { through });
    await ping(Number(MARK));
    const { code, stdout } = await running.end();
    expect(sequence(parseJson(stdout))).toContain('tp:net_dev_queue');
    expect(code).toBe(0);
  });

  it.each([
    [
      '/proc/sys/kernel/ftrace_enabled',
      'auto',
      /kernel\.ftrace_enabled is 0\)\nTry: sysctl kernel\.ftrace_enabled=1/,
    ],
    ['/sys/kernel/debug/kprobes/enabled', 'kprobe', /kprobes\/enabled is 0\)\nTry: echo 1 >/],
  ])(
    '%s is 0: -b %s is refused with exit code 3, since probes would never run',
    async (path, backend, says) => {
      const { code, stderr } = await withSetting(path, '0', () => ipft([...ARGS, '-b', backend]));
      expect(stderr).toMatch(says);
      expect(code).toBe(3);
    },
  );

  it.for(LACKING)(
    '-b %s on a kernel without it exits with 4 and lists the backends that the kernel has',
    async (backend, context) => {
      const { code, stderr } = await ipft([...ARGS, '-b', backend]);
      const result = /is refused with (E\w+)/.exec(stderr)?.[1] ?? '';
      proves(context, { backend, tracer: 'function', result });
      expect(stderr).toMatch(
        new RegExp(`^ipft: ${backend} is refused with E(OPNOTSUPP|INVAL), it needs Linux`),
      );
      expect(stderr).toContain(`This kernel has: ${[...BACKENDS, 'tracepoint'].join(', ')}\nTry: --backend `);
      expect(code).toBe(4);
    },
  );
});

// kprobe writes to tracefs; the other backends only read it, by the same code.
describe.each([...new Set([AUTO, 'kprobe'])])('a trace with -b %s', (backend) => {
  it('works if tracefs is mounted only at /sys/kernel/debug/tracing', async () => {
    const through = withMounts(
      'umount /sys/kernel/tracing; ls /sys/kernel/debug/tracing/available_filter_functions >&2',
    );
    const running = await traceProcess([...ARGS, '-b', backend], { through });
    await ping(Number(MARK));
    const { code, stdout } = await running.end();
    expect(sequence(parseGroups(stdout).flat())).toEqual(['ip_output']);
    expect(code).toBe(0);
  });
});

describe('--backend auto', () => {
  it(`chooses ${AUTO} on this kernel, and says so with -v`, async () => {
    const running = await trace([...ARGS, '-v']);
    const { code, stderr } = await running.end();
    expect(stderr).toContain(`Backend ${AUTO}: `);
    expect(code).toBe(0);
  });

  it.skipIf(HAS_FPROBE)(
    'says why it did not choose kprobe-multi (skipped on kernels with FPROBE)',
    async () => {
      const running = await trace(ARGS);
      const { stderr } = await running.end();
      expect(stderr).toMatch(
        /Backend kprobe-multi: no, kprobe-multi is refused with E(?:OPNOTSUPP|INVAL), it needs Linux 5\.18 with CONFIG_FPROBE/,
      );
    },
  );
});
