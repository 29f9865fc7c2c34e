// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../src/core/errors.js';
import { basicProblem, readEnvironment } from '../../src/machine/environment.js';
import { readLockdown } from '../../src/machine/environment/lockdown.js';
import type { ReadStart } from '../../src/machine/environment/read-start.js';
import { findTracefs } from '../../src/machine/environment/tracefs.js';

const TRACEFS = '/sys/kernel/tracing/available_filter_functions';
const DEBUGFS = '/sys/kernel/debug/tracing/available_filter_functions';

const READY: Record<string, string> = {
  '/proc/self/status': 'Name:\tipft\nCapEff:\t000001ffffffffff\nCapBnd:\t0\n',
  '/sys/kernel/btf/vmlinux': 'BTF',
  [TRACEFS]: 'ip_output\n',
  '/proc/kallsyms': '0000000000000000 A fixed_percpu_data\n0000000000001000 A cpu_debug_store\n',
  '/proc/sys/kernel/kptr_restrict': '2\n',
};

/** A machine whose files are those of READY, changed: null = no such file, an errno's name = refused. */
function machine(changes: Record<string, string | null> = {}): ReadStart {
  const files: Record<string, string | null> = { ...READY, ...changes };
  return (path) => {
    const content = files[path] ?? 'ENOENT';
    if (/^E[A-Z]+$/.test(content)) throw Object.assign(new Error(content), { code: content });
    return content;
  };
}

const status = (capabilities: bigint): Record<string, string> => ({
  '/proc/self/status': `CapEff:\t${capabilities.toString(16).padStart(16, '0')}\n`,
});

/** The first thing that speaks against tracing functions. */
function problemOf(read: ReadStart): EnvironmentError | null {
  const environment = readEnvironment(true, read);
  return (
    basicProblem(undefined, read) ??
    environment.problem('function list') ??
    environment.problem('kernel addresses')
  );
}

describe('a machine', () => {
  it('has no problem if it is ready, and tracefs is found', () => {
    expect(problemOf(machine())).toBeNull();
    expect(readEnvironment(true, machine()).tracefs).toBe('/sys/kernel/tracing');
    const { tracefs } = readEnvironment(true, machine({ [TRACEFS]: null, [DEBUGFS]: 'x' }));
    expect(tracefs).toBe('/sys/kernel/debug/tracing');
  });

  it('needs CAP_SYS_ADMIN, or CAP_BPF with CAP_PERFMON', () => {
    expect(problemOf(machine(status(1n << 21n)))).toBeNull();
    expect(problemOf(machine(status((1n << 38n) | (1n << 39n))))).toBeNull();
  });

  it.each<[string, Record<string, string | null>, RegExp, RegExp]>([
    ['no privilege', status(0n), /no privilege.*CAP_SYS_ADMIN/, /sudo ipft/],
    ['CAP_BPF alone', status(1n << 39n), /no privilege/, /sudo/],
    [
      'no BTF',
      { '/sys/kernel/btf/vmlinux': null },
      /btf\/vmlinux cannot be read \(ENOENT\)/,
      /CONFIG_DEBUG_INFO_BTF/,
    ],
    [
      'no tracefs',
      { [TRACEFS]: null },
      /tracefs is not mounted/,
      /mount -t tracefs tracefs \/sys\/kernel\/tracing/,
    ],
    ['lockdown', { [TRACEFS]: 'EPERM' }, /locked down.*EPERM/, /without lockdown/],
    [
      'a closed tracefs',
      { [TRACEFS]: 'EACCES' },
      /available_filter_functions cannot be read \(EACCES\)/,
      /sudo/,
    ],
    [
      'no CAP_SYSLOG',
      {
        ...status(1n << 21n),
        '/proc/kallsyms': '0000000000000000 A fixed_percpu_data\n',
        '/proc/sys/kernel/kptr_restrict': '0\n',
      },
      /no addresses \(kernel.kptr_restrict is 0\)/,
      /^the capability CAP_SYSLOG, for a container --cap-add SYSLOG$/,
    ],
    [
      'kptr_restrict=2',
      { '/proc/kallsyms': '0000000000000000 A fixed_percpu_data\n0000000000000000 T abcdef\n' },
      /no addresses \(kernel.kptr_restrict is 2\)/,
      /sysctl kernel.kptr_restrict=1/,
    ],
  ])('is refused with %s, and a remedy is given', (_, changes, message, remedy) => {
    const problem = problemOf(machine(changes));
    if (!(problem instanceof EnvironmentError)) throw new Error('not refused');
    expect(problem.message).toMatch(message);
    expect(problem.remedy).toMatch(remedy);
    expect(problem.exitCode).toBe(3);
  });

  it('needs no tracefs for --list', () => {
    expect(findTracefs(machine({ [TRACEFS]: null }))).toBeNull();
    expect(findTracefs(machine({ [TRACEFS]: 'EPERM' }))).toBe('/sys/kernel/tracing');
  });
});

describe('lockdown', () => {
  const LOCKDOWN = '/sys/kernel/security/lockdown';
  const lockdown = (changes: Record<string, string | null>, tracefs: string | null = '/sys/kernel/tracing') =>
    readLockdown(machine(changes), tracefs);

  it('is read from the kernel', () => {
    expect(lockdown({ [LOCKDOWN]: 'none [integrity] confidentiality\n' }).mode).toBe('integrity');
    expect(lockdown({ [LOCKDOWN]: '[none] integrity confidentiality\n' }).mode).toBe('none');
  });

  it('is inferred from EPERM if the kernel does not report it, which the result says', () => {
    const { mode, source } = lockdown({ [TRACEFS]: 'EPERM' });
    expect(mode).toBe('on');
    expect(source).toMatch(/^inferred from EPERM on .*available_filter_functions/);
  });

  it('is unknown otherwise', () => {
    expect(lockdown({}).mode).toBeNull();
    expect(lockdown({ [TRACEFS]: null }, null)).toEqual({
      mode: null,
      source: expect.stringContaining('cannot be read') as string,
    });
  });
});
