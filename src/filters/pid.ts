// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { isSystemError, UsageError } from '../core/errors.js';
import { processFile } from '../core/process-file.js';
import { processId } from '../core/process-id.js';
import type { Absence, Filter } from './filter.js';

/**
 * PID_MAX_LIMIT of include/linux/threads.h on 64-bit kernels: the upper bound of ids, whatever kernel.pid_max
 * is now.
 */
const LIMIT = 4_194_304;

/**
 * True if a process in this pid namespace has the id; /proc cannot be used, as it may belong to another
 * namespace.
 */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isSystemError(error) && error.code === 'EPERM';
  }
}

/** The id of the thread's process, which is the same for the first thread; null if unknown. */
function processOf(thread: number): number | null {
  const [, leader] = /^Tgid:\s+(\d+)$/m.exec(processFile(thread, 'status') ?? '') ?? [];
  return leader === undefined ? null : Number(leader);
}

/** Why an id is not that of a process; null if it is. */
function absence(id: number): Absence | null {
  if (!exists(id))
    return {
      text: 'no process has this id',
      remedy: 'pidof or `ps -e`; to trace a command from its start on, put it after --',
    };
  const leader = processOf(id);
  if (leader === null || leader === id) return null;
  return { text: `it is a thread of process ${leader}`, remedy: `--pid ${leader}` };
}

/**
 * Matches the process that is current when a packet is first seen; the packet is then followed everywhere.
 */
export const pid: Filter = {
  id: 'pid',
  value: 'pid',
  description: 'packets first seen while this process runs, which are then followed',
  condition: (value, kernel) => {
    if (!/^\d{1,10}$/.test(value))
      throw new UsageError(`--pid: expected a process id, received '${value}'`, '--pid 1234');
    if (Number(value) >= LIMIT)
      throw new UsageError(
        `--pid ${value}: no process can have it, ids are less than ${LIMIT}`,
        '--pid 1234',
      );
    const namespace = kernel.pidNamespace();
    if (Number(value) === 0 && namespace !== null)
      throw new UsageError('--pid 0: idle CPUs have an id in the initial pid namespace only', '--pid 1234');
    const { path, requires } = processId(namespace);
    const required = requires.map((each) => `${each.path} ${each.comparison} ${each.value}`);
    return [...required, `${path} == ${value}`].join(' && ');
  },
  // 0: the idle task, which always exists and to which no signal can be sent
  missing: (value) => (Number(value) === 0 ? null : absence(Number(value))),
};
