import { existsSync, readFileSync } from 'node:fs';
import { UsageError } from '../core/errors.js';
import type { Filter } from './filter.js';

/** The kernel gives out smaller ones. */
const limit = (): number => Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8'));

/** The process that runs when a packet is first seen; what it sent is followed from there. */
export const pid: Filter = {
  id: 'pid',
  value: 'pid',
  description: 'packets that this process runs with, and what becomes of them',
  condition: (value) => {
    if (!/^\d{1,10}$/.test(value))
      throw new UsageError(`--pid: expected a process id, received '${value}'`, '--pid 1234');
    if (Number(value) < limit()) return `task->tgid == ${value}`;
    throw new UsageError(
      `--pid ${value}: no process can have it, ids are less than ${limit()} (/proc/sys/kernel/pid_max)`,
      '--pid 1234',
    );
  },
  missing: (value) =>
    // 0: the idle task, which has no folder
    Number(value) === 0 || existsSync(`/proc/${value}`)
      ? null
      : {
          text: 'no process has this id',
          remedy: 'pidof or `ps -e`; to trace a command from its start on, put it behind --',
        },
};
