// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import type { Column } from '../core/column.js';
import { growingNumber } from '../core/growing-number.js';
import { timeNs } from '../core/row.js';

/** CLOCK_MONOTONIC in ns. */
export const timestamp: Column = {
  id: 'timestamp',
  description: 'CLOCK_MONOTONIC, ns',
  key: 'timestamp',
  header: 'TIME(ns)',
  width: 0,
  style: 'dim',
  bind: () => ({
    text: growingNumber('', ROW.time_ns),
    json: (prefix) => growingNumber(prefix, ROW.time_ns),
    value: timeNs,
  }),
};
