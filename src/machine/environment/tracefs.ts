// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EnvironmentError } from '../../core/errors.js';
import { readStart, refusal, type ReadStart } from './read-start.js';

const TRACEFS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
const FUNCTIONS = 'available_filter_functions';

/** Where tracefs is mounted; null if it is not. */
export function findTracefs(read: ReadStart = readStart): string | null {
  return TRACEFS.find((path) => refusal(read, `${path}/${FUNCTIONS}`) !== 'ENOENT') ?? null;
}

/** The error code with which the kernel refuses to list traceable functions; null if it lists them. */
export const functionListRefusal = (read: ReadStart, tracefs: string): string | null =>
  refusal(read, `${tracefs}/${FUNCTIONS}`);

/** Why it is unknown which functions can be traced; null if it is known. */
export function functionListProblem(read: ReadStart, tracefs: string | null): EnvironmentError | null {
  if (tracefs === null) {
    return new EnvironmentError(
      `tracefs is not mounted: there is no ${FUNCTIONS} in ${TRACEFS.join(' or ')}`,
      `mount -t tracefs tracefs ${TRACEFS[0]} (and a kernel with CONFIG_FUNCTION_TRACER=y); for a container -v ${TRACEFS[0]}:${TRACEFS[0]}`,
    );
  }
  const path = `${tracefs}/${FUNCTIONS}`;
  const code = functionListRefusal(read, tracefs);
  if (code === null) return null;
  if (code === 'EPERM') {
    return new EnvironmentError(
      `the kernel is locked down: even root may not read ${path} (EPERM)`,
      'a boot without lockdown (see /sys/kernel/security/lockdown; Secure Boot turns it on), or a virtual machine',
      false,
    );
  }
  return new EnvironmentError(`${path} cannot be read (${code})`, 'run it as root: sudo ipft ...');
}
