import { UsageError } from '../core/errors.js';
import type { Filter } from './filter.js';

/** The process that runs when a packet is first seen; what it sent is followed from there. */
export const pid: Filter = {
  id: 'pid',
  value: 'pid',
  description: 'packets that this process runs with, and what becomes of them',
  condition: (value) => {
    if (/^\d{1,10}$/.test(value)) return `task->tgid == ${value}`;
    throw new UsageError(`--pid: expected a process id, received '${value}'`, '--pid 1234');
  },
};
