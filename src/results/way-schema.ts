// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { array, boolean, integer, object, orNull, string, type Schema } from '../core/json-schema.js';
import { RELATIONS } from '../core/relation.js';
import type { Difference } from '../ways/align.js';
import type { DropEnd, Role } from '../ways/classes.js';
import type { Latency } from '../ways/histogram.js';

export const latencyKeys = {
  count: integer(),
  p50_ns: integer('at most 0.8 % off'),
  p90_ns: integer('at most 0.8 % off'),
  p99_ns: integer('at most 0.8 % off'),
  max_ns: integer('exact'),
  sum_ns: integer('exact'),
};
export const latency = object<Latency>(latencyKeys);

export const dropEnd = {
  function: string('the one that decided'),
  reason: orNull(string('null: this kernel has no drop reasons')),
  cause: orNull(string('null: unknown')),
};
export const drops = array(object<DropEnd>(dropEnd));

/** What packets are to their parents. */
const relation: Schema<Role['relation']> = {
  enum: [...Object.values(RELATIONS), 'none', 'unknown'],
  description: 'none: they have no parent, or relatives are not followed; unknown: the relation was lost',
};
export const role = { relation, gso: boolean('at their first call they are GSO packets') };

export const difference = object<Difference>({
  after: orNull(string('the function before; null: they differ at the start')),
  left: array(string('functions')),
  right: array(string('functions')),
});
