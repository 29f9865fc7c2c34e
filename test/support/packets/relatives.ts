// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { CLONE, GRO, SEGMENT } from '../../../src/core/abi.js';
import type { Event } from './rows.js';

/** A call with a packet. */
export const call = (packet: bigint, more: Event = {}): Event => ({ packet, function: 1, len: 84, ...more });

/** What both the relation and the rows of the child say. */
export const kin = (packet: bigint, parent: bigint, kinship: number, more: Event = {}): Event => ({
  ...{ packet, parent, family: 12n, kinship },
  ...more,
});

const SEGMENT_2 = kin(15n, 12n, SEGMENT, { part: 2, ofParts: 40 });
const CLONED = kin(16n, 12n, CLONE);

/** #12 has a segment and a clone, #20 has no relatives, #21 has lost its relation, #16 has taken the data of #22. */
export const EVENTS: readonly Event[] = [
  call(12n, { time: 1n, isFirst: true }),
  { ...SEGMENT_2, time: 2n, isRelation: true, bytes: 5764 },
  call(15n, { ...SEGMENT_2, time: 3n, isFirst: true, isRelated: true }),
  { ...CLONED, time: 4n, isRelation: true, bytes: 5764 },
  call(16n, { ...CLONED, time: 5n, isFirst: true, isRelated: true }),
  call(16n, { ...CLONED, time: 6n, isRelated: true }),
  call(20n, { time: 7n, isFirst: true }),
  call(21n, { time: 8n, isFirst: true, isRelated: true }),
  call(22n, { time: 9n, isFirst: true }),
  call(23n, { time: 10n, isFirst: true }),
  { ...kin(23n, 22n, GRO, { family: 23n }), time: 11n, isRelation: true, bytes: 60 },
];
