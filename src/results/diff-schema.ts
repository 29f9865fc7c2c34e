// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { array, boolean, integer, object, orNull, string, type Schema } from '../core/json-schema.js';
import type { FieldDifference, HopShift, Parting, Side } from '../ways/comparison.js';
import type { DiffReport, DiffSide, DropComparison, RoleComparison } from '../ways/trace-comparison.js';
import { difference, dropEnd, drops, latency, role } from './way-schema.js';

const diffSide = object<DiffSide>({
  name: string('the file, with the packet'),
  packet: orNull(integer('number of the packet; null: the whole file is compared')),
  kernel: string('as uname -r'),
  packets: integer(),
  others: integer('packets of further ways, for which there was no room'),
});

const side = object<Side>({
  ...role,
  packets: integer('those that took this way'),
  examples: array(integer('numbers of packets')),
  functions: array(string()),
  complete: boolean('their ends were seen'),
  drops,
  latency,
});

const parting = object<Parting>({
  common: integer('functions up to there'),
  after: orNull(string('the last of these; null: there is none')),
  left: orNull(string('the next function; null: the way ends')),
  right: orNull(string('the next function; null: the way ends')),
});

const field = object<FieldDifference>({
  function: string(),
  left_place: integer('which function of the way it is, from 0'),
  right_place: integer('which function of the way it is, from 0'),
  field: string('its key, as in -o json'),
  left: array(string('a value')),
  right: array(string('a value')),
});

const hop = object<HopShift>({
  from: string('a function'),
  to: string('the next one'),
  left_ns: integer('median'),
  right_ns: integer('median'),
  shift_ns: integer(),
});

const way = object<RoleComparison>({
  ...role,
  left_packets: integer('of this kind'),
  right_packets: integer('of this kind'),
  left: side,
  right: side,
  parting: orNull({ ...parting, description: 'null: they called the same functions' }),
  differences: array(difference),
  only_left: array(string('a function that only the first one called')),
  only_right: array(string('a function that only the second one called')),
  fields: array(field),
  hops: array(hop),
  shift_ns: integer('of the median of the whole latency'),
});

/** What `ipft diff --json` prints. */
export const DIFF: Schema<DiffReport> = object<DiffReport>({
  left: diffSide,
  right: diffSide,
  differ: boolean('in more than time and number'),
  ways: array(way),
  only_left: array(side),
  only_right: array(side),
  drops: array(object<DropComparison>({ ...dropEnd, left: integer('packets'), right: integer('packets') })),
});
