// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EnvironmentError } from '../../core/errors.js';
import { textOrNull, type ReadStart } from './read-start.js';

const isOff = (read: ReadStart, path: string): boolean => textOrNull(read, path) === '0';

/** Error if ftrace is switched off: probes would attach but never run; else null. */
export function ftraceOffProblem(read: ReadStart): EnvironmentError | null {
  if (!isOff(read, '/proc/sys/kernel/ftrace_enabled')) return null;
  return new EnvironmentError(
    'function tracing is switched off (kernel.ftrace_enabled is 0)',
    'sysctl kernel.ftrace_enabled=1',
  );
}

/** Error if kprobes are switched off: probes would attach but never run; else null. */
export function kprobesOffProblem(read: ReadStart): EnvironmentError | null {
  if (!isOff(read, '/sys/kernel/debug/kprobes/enabled')) return null;
  return new EnvironmentError(
    'kprobes are switched off (/sys/kernel/debug/kprobes/enabled is 0)',
    'echo 1 > /sys/kernel/debug/kprobes/enabled',
  );
}
