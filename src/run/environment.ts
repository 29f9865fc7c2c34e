import { closeSync, openSync, readSync } from 'node:fs';
import { EnvironmentError, isSystemError } from '../core/errors.js';

/** Returns the first `bytes` bytes of a file; throws with `code` as node:fs does. Tests give their own. */
export type ReadStart = (path: string, bytes: number) => string;

export const readStart: ReadStart = (path, bytes) => {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, bytes, 0));
  } finally {
    closeSync(fd);
  }
};

const BTF = '/sys/kernel/btf/vmlinux';
const TRACEFS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
const FUNCTIONS = 'available_filter_functions';

const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/** The code of the error with which the file refuses to be read, or null. */
function refusal(read: ReadStart, path: string): string | null {
  try {
    read(path, 1);
    return null;
  } catch (error) {
    if (isSystemError(error)) return error.code;
    throw error;
  }
}

function checkCapabilities(read: ReadStart): void {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status', 8192))?.[1] ?? '0';
  const has = (capability: bigint): boolean => ((BigInt(`0x${effective}`) >> capability) & 1n) === 1n;
  if (has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON))) return;
  throw new EnvironmentError(
    'no privilege to trace the kernel: CAP_SYS_ADMIN is missing, and so is CAP_BPF with CAP_PERFMON',
    'run it as root: sudo ipft ...',
  );
}

function checkBtf(read: ReadStart): void {
  const code = refusal(read, BTF);
  if (code === null) return;
  throw new EnvironmentError(
    `the kernel does not describe its types: ${BTF} cannot be read (${code})`,
    'a kernel with CONFIG_DEBUG_INFO_BTF=y, as distributions build it',
  );
}

/** Where tracefs is mounted, or null. */
export function findTracefs(read: ReadStart = readStart): string | null {
  return TRACEFS.find((path) => refusal(read, `${path}/${FUNCTIONS}`) !== 'ENOENT') ?? null;
}

function checkTracefs(read: ReadStart): string {
  const tracefs = findTracefs(read);
  if (tracefs === null) {
    throw new EnvironmentError(
      `tracefs is not mounted: there is no ${FUNCTIONS} in ${TRACEFS.join(' or ')}`,
      `mount -t tracefs tracefs ${TRACEFS[0]} (and a kernel with CONFIG_FUNCTION_TRACER=y)`,
    );
  }
  const path = `${tracefs}/${FUNCTIONS}`;
  const code = refusal(read, path);
  if (code === null) return tracefs;
  if (code === 'EPERM') {
    throw new EnvironmentError(
      `the kernel is locked down: even root may not read ${path} (EPERM)`,
      'a boot without lockdown (see /sys/kernel/security/lockdown; Secure Boot turns it on), or a virtual machine',
    );
  }
  throw new EnvironmentError(`${path} cannot be read (${code})`, 'run it as root: sudo ipft ...');
}

function checkKallsyms(read: ReadStart): void {
  const start = read('/proc/kallsyms', 65536);
  if (/^0*[1-9a-f]/m.test(start)) return;
  const restriction = read('/proc/sys/kernel/kptr_restrict', 16).trim();
  throw new EnvironmentError(
    `/proc/kallsyms shows no addresses (kernel.kptr_restrict is ${restriction})`,
    'sysctl kernel.kptr_restrict=1, and run it as root',
  );
}

/** Switches of the kernel that make it take probes and never run them. */
function checkSwitches(read: ReadStart): void {
  if (!isOff(read, '/proc/sys/kernel/ftrace_enabled')) {
    if (!isOff(read, '/sys/kernel/debug/kprobes/enabled')) return;
    throw new EnvironmentError(
      'kprobes are switched off (/sys/kernel/debug/kprobes/enabled is 0)',
      'echo 1 > /sys/kernel/debug/kprobes/enabled',
    );
  }
  throw new EnvironmentError(
    'function tracing is switched off (kernel.ftrace_enabled is 0)',
    'sysctl kernel.ftrace_enabled=1',
  );
}

function isOff(read: ReadStart, path: string): boolean {
  return refusal(read, path) === null && read(path, 16).trim() === '0';
}

/** Checks what the list of functions needs. */
export function checkSymbols(read: ReadStart = readStart): void {
  checkBtf(read);
  checkKallsyms(read);
}

/** Checks what a trace needs, in the order in which a user can mend it. Returns where tracefs is mounted. */
export function checkEnvironment(read: ReadStart = readStart): string {
  checkCapabilities(read);
  checkBtf(read);
  const tracefs = checkTracefs(read);
  checkKallsyms(read);
  checkSwitches(read);
  return tracefs;
}
