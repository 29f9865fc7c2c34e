import { existsSync } from 'node:fs';
import { UsageError } from '../core/errors.js';
import type { Filter } from './filter.js';

/** PID_MAX_LIMIT of include/linux/threads.h, on 64-bit kernels: ids are smaller, whatever kernel.pid_max says now. */
const LIMIT = 4_194_304;

/** The process that runs when a packet is first seen; what it sent is followed from there. */
export const pid: Filter = {
  id: 'pid',
  value: 'pid',
  description: 'packets that this process runs with, and what becomes of them',
  condition: (value) => {
    if (!/^\d{1,10}$/.test(value))
      throw new UsageError(`--pid: expected a process id, received '${value}'`, '--pid 1234');
    if (Number(value) < LIMIT) return `task->tgid == ${value}`;
    throw new UsageError(`--pid ${value}: no process can have it, ids are less than ${LIMIT}`, '--pid 1234');
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
