// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EnvironmentError } from '../../core/errors.js';
import type { ReadStart } from './read-start.js';

const BITS = {
  CAP_NET_ADMIN: 12n,
  CAP_SYS_ADMIN: 21n,
  CAP_SYSLOG: 34n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
} as const;

export type Capabilities = Readonly<Record<keyof typeof BITS, boolean>>;

/** Which of the capabilities that matter for tracing this process effectively has. */
export function readCapabilities(read: ReadStart): Capabilities {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status', 8192))?.[1] ?? '0';
  const has = (bit: bigint): boolean => ((BigInt(`0x${effective}`) >> bit) & 1n) === 1n;
  return {
    CAP_NET_ADMIN: has(BITS.CAP_NET_ADMIN),
    CAP_SYS_ADMIN: has(BITS.CAP_SYS_ADMIN),
    CAP_SYSLOG: has(BITS.CAP_SYSLOG),
    CAP_PERFMON: has(BITS.CAP_PERFMON),
    CAP_BPF: has(BITS.CAP_BPF),
  };
}

/** Why this process may not load tracing programs; null if it may. */
export function privilegeProblem(read: ReadStart): EnvironmentError | null {
  const { CAP_SYS_ADMIN, CAP_BPF, CAP_PERFMON } = readCapabilities(read);
  if (CAP_SYS_ADMIN || (CAP_BPF && CAP_PERFMON)) return null;
  return new EnvironmentError(
    'no privilege to trace the kernel: CAP_SYS_ADMIN is missing, and so is CAP_BPF with CAP_PERFMON',
    'run it as root: sudo ipft ...',
  );
}
