// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EnvironmentError } from '../../core/errors.js';
import { privilegeProblem } from './capabilities.js';
import { textOrNull, type ReadStart } from './read-start.js';

/** True if /proc/kallsyms shows addresses to this process. */
function showsAddresses(read: ReadStart): boolean {
  return /^0*[1-9a-f]/m.test(read('/proc/kallsyms', 65536));
}

/** kernel.kptr_restrict: 0 to 2; null if it cannot be read. */
export const readKptrRestrict = (read: ReadStart): string | null =>
  textOrNull(read, '/proc/sys/kernel/kptr_restrict');

/** Why the addresses of functions are unknown; null if they are known. */
export function addressesProblem(read: ReadStart): EnvironmentError | null {
  if (showsAddresses(read)) return null;
  const restriction = readKptrRestrict(read) ?? 'unknown';
  const problem = `/proc/kallsyms shows no addresses (kernel.kptr_restrict is ${restriction})`;
  return new EnvironmentError(problem, remedyFor(read, restriction));
}

/** A process that may trace and sees no addresses lacks a capability, as in containers. */
function remedyFor(read: ReadStart, restriction: string): string {
  if (restriction === '2') return 'sysctl kernel.kptr_restrict=1, and run it as root';
  return privilegeProblem(read) === null
    ? 'the capability CAP_SYSLOG, for a container --cap-add SYSLOG'
    : 'run it as root: sudo ipft ...';
}
