// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import type { Column } from '../core/column.js';
import { valueFormats } from '../core/value.js';

const READ: Read = { kind: 'process' };

/** The current process; absent if it has no id in ipft's pid namespace. */
export const pid: Column = {
  id: 'pid',
  description: "process that runs, by its id in ipft's pid namespace",
  key: 'pid',
  header: 'pid',
  width: 0,
  reads: [READ],
  bind: (context) => valueFormats(context.captured(READ), context),
};
