// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Summary } from '../../core/summary.js';

/** How deep summaries are added: they come from files, and may be anything. */
const DEEPEST = 4;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function addedObjects(left: object, right: object, depth: number): object {
  const others = new Map<string, unknown>(Object.entries(right));
  const keys = new Set([...Object.keys(left), ...others.keys()]);
  const known = new Map<string, unknown>(Object.entries(left));
  return Object.fromEntries([...keys].map((key) => [key, added(known.get(key), others.get(key), depth - 1)]));
}

function added(left: unknown, right: unknown, depth: number): unknown {
  if (left === undefined || left === null) return right;
  if (right === undefined || right === null || depth === 0) return left;
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (typeof left === 'string' && typeof right === 'string')
    return left === right ? left : `${left}, ${right}`;
  if (Array.isArray(left) && Array.isArray(right))
    return distinct((left as unknown[]).concat(right as unknown[]));
  return isObject(left) && isObject(right) ? addedObjects(left, right, depth) : left;
}

/** What both traces have seen, such as a device, is there once. */
const distinct = (all: readonly unknown[]): unknown[] => [
  ...new Map(all.map((value) => [JSON.stringify(value), value])).values(),
];

/** The summary of two traces that ran at the same time, or one after the other: their counts together. */
function both(left: Summary, right: Summary): Summary {
  const sum = added(left, right, DEEPEST) as Summary;
  return {
    ...sum,
    duration_s: Math.max(left.duration_s, right.duration_s),
    functions: Math.max(left.functions, right.functions),
    consumers: null,
    cost: null,
    real_offset_ns: left.real_offset_ns,
    clock_step_ns: left.clock_step_ns,
    end: right.end,
  };
}

/** The summary of merged traces; null: one of them has none. */
export function mergedSummary(summaries: readonly (Summary | null)[]): Summary | null {
  const all = summaries.filter((each) => each !== null);
  return all.length < summaries.length ? null : all.reduce(both);
}
