import type { Cell, Column } from '../core/column.js';
import { timeNs } from '../core/row.js';

const cell: Cell = (rows, at) => timeNs(rows, at).toString();

/** CLOCK_MONOTONIC in ns. */
export const timestamp: Column = {
  id: 'timestamp',
  key: 'timestamp',
  header: 'TIME(ns)',
  width: 0,
  style: 'dim',
  bind: () => ({ text: cell, json: (prefix) => (rows, at) => prefix + cell(rows, at) }),
};
