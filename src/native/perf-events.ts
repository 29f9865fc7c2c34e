// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { EnvironmentError } from '../core/errors.js';

const PARANOID = 'kernel.perf_event_paranoid';
/** Debian's kernels have 3 by default, with which perf events take CAP_SYS_ADMIN and not CAP_PERFMON. */
const HIGHEST_FOR_PERFMON = 2;

/** NaN: unknown */
function paranoia(): number {
  try {
    return Number(readFileSync(`/proc/sys/${PARANOID.replaceAll('.', '/')}`, 'latin1'));
  } catch {
    return Number.NaN;
  }
}

/** The error if the kernel has refused a perf event with this code; null: the sysctl is not the reason. */
export function perfEventsError(code: string, message: string): EnvironmentError | null {
  const level = paranoia();
  if (code !== 'EACCES' || !(level > HIGHEST_FOR_PERFMON)) return null;
  return new EnvironmentError(
    `${message}; ${PARANOID} is ${level}`,
    `the capability CAP_SYS_ADMIN, for a container --cap-add SYS_ADMIN; or sysctl ${PARANOID}=${HIGHEST_FOR_PERFMON}`,
  );
}
