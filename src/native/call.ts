// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EnvironmentError, isNativeFailure, KernelError } from '../core/errors.js';
import { seccompError } from './seccomp.js';

/** Linux 5.10 limits a user's memory for BPF, later kernels that of a control group. */
const MORE_MEMORY = 'a larger ulimit -l or memory.max';

/** Calls the addon, and turns what it throws into an error of ipft's own. */
export function native<T>(doing: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!isNativeFailure(error)) throw error;
    const { code, errno, phase, log } = error;
    const message = `${doing}: ${error.message} (${phase}, ${code})`;
    const refused = seccompError(code, message);
    if (refused !== null) throw refused;
    // EACCES of a load comes from the verifier, whose log is what helps.
    if (phase === 'run time')
      throw new EnvironmentError(message, 'run it as root, on Linux 5.8 or later, or leave --budget out');
    if (phase === 'ring buffer' && (code === 'EPERM' || code === 'ENOMEM'))
      throw new EnvironmentError(message, `a smaller --perf-page-count, or ${MORE_MEMORY}`);
    if (code === 'EPERM' || (code === 'EACCES' && phase !== 'load')) {
      throw new EnvironmentError(message, 'run it as root, on a kernel that is not locked down');
    }
    const failure = { code, errno, phase, ...(log === undefined ? {} : { log }) };
    throw new KernelError(message, failure, remedyFor(failure));
  }
}

function remedyFor({ code, phase, log }: { code: string; phase: string; log?: string }): string {
  if (phase === 'ring buffer') return 'a smaller --perf-page-count';
  if (code === 'EMFILE') return 'ulimit -n with a larger number, and no --no-set-rlimit';
  if (code === 'ENOMEM') return 'ulimit -l unlimited, and no --no-set-rlimit';
  return log === undefined || log === ''
    ? 'report it, with the kernel and this message'
    : 'report it, with the kernel and what --verbose prints';
}
