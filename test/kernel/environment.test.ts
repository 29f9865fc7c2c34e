import { afterEach, describe, expect, it } from 'vitest';
import { proves } from '../matrix.js';
import { ipft, MARK, trace } from './support/ipft.js';
import { AUTO, BACKENDS, cleanUp, HAS_FPROBE, LACKING } from './support/kernel.js';
import { parseGroups, parseJson, sequence } from './support/results.js';
import { withSetting } from './support/system.js';
import { ping } from './support/traffic.js';

const ARGS = ['-m', MARK, '-r', '^ip_output$'];

/** Runs ipft where only it sees what `setup` does to the mounts. */
const behind = (setup: string): string[] => ['unshare', '-m', 'bash', '-ec', `${setup}; exec "$@"`, 'bash'];

afterEach(cleanUp);

describe('what ipft says, and its exit code, when the machine is not ready', () => {
  it.each([
    ['another user', ['setpriv', '--reuid', '65534', '--clear-groups']],
    ['root without capabilities', ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all']],
    ['root without CAP_SYS_ADMIN and CAP_BPF', ['setpriv', '--bounding-set', '-sys_admin,-bpf']],
  ])('%s: run it as root', async (_, through) => {
    const { code, stderr, stdout } = await ipft(ARGS, { through });
    expect(stderr).toMatch(/no privilege to trace the kernel.*\nTry: run it as root: sudo ipft/);
    expect([code, stdout]).toEqual([3, '']);
  });

  it('no BTF: another kernel', async () => {
    const through = behind('mount -t tmpfs tmpfs /sys/kernel/btf');
    const { code, stderr } = await ipft(ARGS, { through });
    expect(stderr).toMatch(
      /\/sys\/kernel\/btf\/vmlinux cannot be read \(ENOENT\)\nTry: .*CONFIG_DEBUG_INFO_BTF=y/,
    );
    expect(code).toBe(3);
  });

  it('no tracefs: mount it', async () => {
    const through = behind('umount /sys/kernel/tracing /sys/kernel/debug');
    const { code, stderr } = await ipft(ARGS, { through });
    expect(stderr).toMatch(/tracefs is not mounted.*\nTry: mount -t tracefs tracefs \/sys\/kernel\/tracing/);
    expect(code).toBe(3);
  });

  it('no tracefs, but -b tracepoint: it needs none', async () => {
    const through = behind('umount /sys/kernel/tracing /sys/kernel/debug');
    const running = await trace(['-m', MARK, '-o', 'json', '-b', 'tracepoint'], { through });
    await ping(Number(MARK));
    const { code, stdout } = await running.end();
    expect(sequence(parseJson(stdout))).toContain('tp:net_dev_queue');
    expect(code).toBe(0);
  });

  it('kptr_restrict=2: set it back', async () => {
    const { code, stderr } = await withSetting('/proc/sys/kernel/kptr_restrict', '2', () => ipft(ARGS));
    expect(stderr).toMatch(/kptr_restrict is 2\)\nTry: sysctl kernel\.kptr_restrict=1/);
    expect(code).toBe(3);
  });

  it.each([
    [
      '/proc/sys/kernel/ftrace_enabled',
      'auto',
      /kernel\.ftrace_enabled is 0\)\nTry: sysctl kernel\.ftrace_enabled=1/,
    ],
    ['/sys/kernel/debug/kprobes/enabled', 'kprobe', /kprobes\/enabled is 0\)\nTry: echo 1 >/],
  ])('%s is 0: probes would never run, -b %s', async (path, backend, says) => {
    const { code, stderr } = await withSetting(path, '0', () => ipft([...ARGS, '-b', backend]));
    expect(stderr).toMatch(says);
    expect(code).toBe(3);
  });

  it('--list without BTF, and with kptr_restrict=2: the same remedies', async () => {
    const noBtf = await ipft(['--list'], { through: behind('mount -t tmpfs tmpfs /sys/kernel/btf') });
    expect(noBtf.stderr).toMatch(/Try: .*CONFIG_DEBUG_INFO_BTF=y/);
    const hidden = await withSetting('/proc/sys/kernel/kptr_restrict', '2', () => ipft(['--list']));
    expect(hidden.stderr).toMatch(/Try: sysctl kernel\.kptr_restrict=1/);
    expect([noBtf.code, hidden.code, noBtf.stdout, hidden.stdout]).toEqual([3, 3, '', '']);
  });

  it.for(LACKING)('-b %s on a kernel without it: it lists what there is', async (backend, context) => {
    const { code, stderr } = await ipft([...ARGS, '-b', backend]);
    const result = /is refused with (E\w+)/.exec(stderr)?.[1] ?? '';
    proves(context, { backend, tracer: 'function', result });
    expect(stderr).toMatch(
      new RegExp(`^ipft: ${backend} is refused with E(OPNOTSUPP|INVAL), it needs Linux`),
    );
    expect(stderr).toContain(`This kernel has: ${[...BACKENDS, 'tracepoint'].join(', ')}\nTry: --backend `);
    expect(code).toBe(4);
  });

  it('-b fentry with more functions than it is for: fewer, or another backend', async () => {
    const { code, stderr } = await ipft(['-m', MARK, '-b', 'ftrace']);
    expect(stderr).toMatch(
      /fentry is for at most 64 functions, and \d{4} are selected\nTry: .*--force.*kprobe/,
    );
    expect(code).toBe(2);
  });
});

// kprobe writes there; the others only read, all in the same place.
describe.each([...new Set([AUTO, 'kprobe'])])('a trace with -b %s', (backend) => {
  it('works with tracefs at /sys/kernel/debug/tracing only', async () => {
    const through = behind(
      'umount /sys/kernel/tracing; ls /sys/kernel/debug/tracing/available_filter_functions >&2',
    );
    const running = await trace([...ARGS, '-b', backend], { through });
    await ping(Number(MARK));
    const { code, stdout } = await running.end();
    expect(sequence(parseGroups(stdout).flat())).toEqual(['ip_output']);
    expect(code).toBe(0);
  });
});

describe('--backend auto', () => {
  it(`takes ${AUTO} here, and says so with -v`, async () => {
    const running = await trace([...ARGS, '-v']);
    const { code, stderr } = await running.end();
    expect(stderr).toContain(`Backend ${AUTO}: `);
    expect(code).toBe(0);
  });

  it.skipIf(HAS_FPROBE)('says why it did not take kprobe-multi (skipped where there is FPROBE)', async () => {
    const running = await trace(ARGS);
    const { stderr } = await running.end();
    expect(stderr).toMatch(
      /Backend kprobe-multi: no, kprobe-multi is refused with E(?:OPNOTSUPP|INVAL), it needs Linux 5\.18 with CONFIG_FPROBE/,
    );
  });
});
