// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import type { Column } from '../core/column.js';
import { indexCell } from '../core/memo.js';
import { cpu } from '../core/row.js';

/** The CPU on which the function was called. */
export const processorId: Column = {
  id: 'processor-id',
  description: 'CPU',
  key: 'processor_id',
  header: 'CPU',
  width: 4,
  style: 'dim',
  bind: () => ({
    text: indexCell(ROW.cpu, (id) => id.toString().padStart(4, '0')),
    json: (prefix) => indexCell(ROW.cpu, (id) => prefix + id.toString()),
    value: cpu,
  }),
};
