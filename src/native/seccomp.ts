// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { EnvironmentError } from '../core/errors.js';

/** Whether a seccomp filter may refuse system calls of this process, as in containers. Source: proc_pid_status(5). */
const isFiltered = (): boolean => /^Seccomp:\t2$/m.test(readFileSync('/proc/self/status', 'latin1'));

/** The error for what the kernel has refused with this code; null: seccomp is not the reason. */
export function seccompError(code: string, message: string): EnvironmentError | null {
  if (code !== 'EPERM' || !isFiltered()) return null;
  return new EnvironmentError(
    `${message}; a seccomp filter is in force`,
    'a seccomp profile that allows bpf(2) and perf_event_open(2), for a container --security-opt seccomp=unconfined',
  );
}
