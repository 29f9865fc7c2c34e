// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { UsageError } from '../core/errors.js';
import type { Filter } from './filter.js';

/** Like --pid, by the name of the process. */
export const comm: Filter = {
  id: 'comm',
  value: 'name',
  description: 'packets that processes of this name run with, and what becomes of them',
  condition: (name) => {
    if (/^[^"\\]{1,15}$/.test(name)) return `task->comm == "${name}"`;
    throw new UsageError(`--comm: expected at most 15 characters, received '${name}'`, '--comm curl');
  },
};
