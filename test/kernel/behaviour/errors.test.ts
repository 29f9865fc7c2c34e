// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, describe, expect, it } from 'vitest';
import { ipft } from '../../support/ipft/in-process.js';
import { ipftProcess } from '../../support/ipft/process.js';
import { MARK } from '../../support/ipft/running.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { withMounts, withSetting } from '../../support/kernel/system.js';

const ARGS = ['-m', MARK, '-r', '^ip_output$'];

afterEach(cleanUp);

describe('on a machine that is not ready, ipft suggests a remedy and exits with an error:', () => {
  it.each([
    ['another user', ['setpriv', '--reuid', '65534', '--clear-groups']],
    ['root without capabilities', ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all']],
    ['root without CAP_SYS_ADMIN and CAP_BPF', ['setpriv', '--bounding-set', '-sys_admin,-bpf']],
  ])('%s: run ipft as root', async (_, through) => {
    const { code, stderr, stdout } = await ipftProcess(ARGS, { through });
    expect(stderr).toMatch(/no privilege to trace the kernel.*\nTry: run it as root: sudo ipft/);
    expect([code, stdout]).toEqual([3, '']);
  });

  it('without CAP_SYS_ADMIN where kernel.perf_event_paranoid is 3, by kprobe: have it, or set the sysctl to 2', async () => {
    const through = ['setpriv', '--bounding-set', '-sys_admin'];
    const run = (level: string) =>
      withSetting('/proc/sys/kernel/perf_event_paranoid', level, () =>
        ipftProcess([...ARGS, '-b', 'kprobe', '--duration', '100ms'], { through }),
      );
    const { code, stderr } = await run('3');
    expect(stderr).toMatch(
      /\(EACCES\); kernel\.perf_event_paranoid is 3\nTry: the capability CAP_SYS_ADMIN, .*; or sysctl kernel\.perf_event_paranoid=2\n/,
    );
    expect(code).toBe(3);
    expect((await run('2')).code).toBe(0);
  });

  it('without BTF: a kernel with CONFIG_DEBUG_INFO_BTF', async () => {
    const through = withMounts('mount -t tmpfs tmpfs /sys/kernel/btf');
    const { code, stderr } = await ipftProcess(ARGS, { through });
    expect(stderr).toMatch(
      /\/sys\/kernel\/btf\/vmlinux cannot be read \(ENOENT\)\nTry: .*CONFIG_DEBUG_INFO_BTF=y/,
    );
    expect(code).toBe(3);
  });

  it('without tracefs: mount it', async () => {
    const through = withMounts('umount /sys/kernel/tracing /sys/kernel/debug');
    const { code, stderr } = await ipftProcess(ARGS, { through });
    expect(stderr).toMatch(/tracefs is not mounted.*\nTry: mount -t tracefs tracefs \/sys\/kernel\/tracing/);
    expect(code).toBe(3);
  });

  it('with kptr_restrict=2: set it to 1', async () => {
    const { code, stderr } = await withSetting('/proc/sys/kernel/kptr_restrict', '2', () => ipft(ARGS));
    expect(stderr).toMatch(/kptr_restrict is 2\)\nTry: sysctl kernel\.kptr_restrict=1/);
    expect(code).toBe(3);
  });

  it('in a control group with little memory: its own buffers get smaller, those asked for do not', async () => {
    const group = '/sys/fs/cgroup/ipft-errors';
    const within = `mkdir -p ${group}; echo 300M >${group}/memory.max; echo $$ >${group}/cgroup.procs; exec "$@"`;
    const through = ['sh', '-c', `echo +memory >/sys/fs/cgroup/cgroup.subtree_control; ${within}`, 'sh'];
    const timed = [...ARGS, '--duration', '100ms'];
    const asked = await ipftProcess([...timed, '--perf-page-count', '131072'], { through });
    expect(asked.stderr).toMatch(
      /131072 pages per CPU: .*ENOMEM\)\nTry: a smaller --perf-page-count, or .*memory\.max/,
    );
    expect(asked.code).toBe(3);
    expect((await ipftProcess(timed, { through })).code).toBe(0);
  });

  it('--list suggests the same without BTF and with kptr_restrict=2', async () => {
    const noBtf = await ipftProcess(['--list'], {
      through: withMounts('mount -t tmpfs tmpfs /sys/kernel/btf'),
    });
    expect(noBtf.stderr).toMatch(/Try: .*CONFIG_DEBUG_INFO_BTF=y/);
    const hidden = await withSetting('/proc/sys/kernel/kptr_restrict', '2', () => ipftProcess(['--list']));
    expect(hidden.stderr).toMatch(/Try: sysctl kernel\.kptr_restrict=1/);
    expect([noBtf.code, hidden.code, noBtf.stdout, hidden.stdout]).toEqual([3, 3, '', '']);
  });

  it('-b fentry with more than 64 functions is refused with exit code 2', async () => {
    const { code, stderr } = await ipft(['-m', MARK, '-b', 'ftrace']);
    expect(stderr).toMatch(
      /fentry is for at most 64 functions, and \d{4} are selected\nTry: .*--force.*kprobe/,
    );
    expect(code).toBe(2);
  });
});

describe('unusable values of options end ipft with a message and an exit code:', () => {
  it.each([
    [['--where', 'skb->lenn == 1'], 4, /no member 'lenn'.*skb->len/],
    [['--where', 'skb->len =='], 2, /ends too early/],
    [['--filter', 'no such thing'], 2, /--filter 'no such thing': .*syntax error/],
    [['--netns', 'no-such-namespace'], 2, /there is no \/run\/netns\/no-such-namespace/],
  ])('%s: exit code %d', async (filter, exitCode, message) => {
    const { code, stderr } = await ipft(filter);
    expect(stderr).toMatch(message);
    expect(code).toBe(exitCode);
  });

  it('with a regex that matches no function ipft exits with 2 before it attaches', async () => {
    const { code, stderr } = await ipft(['-m', '1', '-r', '^no_such_function$']);
    expect(stderr).toMatch(/no function matches --regex '\^no_such_function\$'.*\nTry: ipft --list/);
    expect(code).toBe(2);
  });
});
