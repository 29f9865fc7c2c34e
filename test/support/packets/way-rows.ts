// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  AFTER,
  DROP,
  HIDDEN,
  LAST,
  RELATION,
  ROW,
  ROW_SIZE,
  STEP,
  STEP_SIZE,
  WAY,
} from '../../../src/core/abi.js';
import type { Batch } from '../../../src/core/batch.js';
import { WAYS_LAYOUT } from '../../../src/core/way-row.js';

/** A row of a trace with --summarize, as the addon makes it. */
export interface WayEvent {
  readonly packet: bigint;
  readonly kind?: 'way' | 'drop' | 'relation';
  readonly hash?: bigint;
  /** that come with this packet; none by default */
  readonly functions?: readonly number[];
  /** ns since the call before, or with the highest bit units of 1024 ns; 100 by default */
  readonly since?: readonly number[];
  /** as many as there are functions by default */
  readonly calls?: number;
  readonly first?: bigint;
  readonly length?: bigint;
  readonly gsoSize?: number;
  readonly isOpen?: boolean;
  readonly parent?: bigint;
  readonly kinship?: number;
  /** of a relation: calls of the parent before */
  readonly after?: number;
  /** of a drop */
  readonly time?: bigint;
  readonly reason?: number;
}

const KINDS = { way: WAY, drop: DROP, relation: RELATION | HIDDEN | AFTER };

/** The rows, all in one batch. */
export function wayBatch(events: readonly WayEvent[]): Batch {
  const { rowSize } = WAYS_LAYOUT;
  const rows = new DataView(new ArrayBuffer(events.length * rowSize));
  events.forEach((event, index) => {
    const { kind = 'way', functions = [], hash = 1n, first = 1000n, length = 0n, kinship = 0 } = event;
    const at = index * rowSize;
    rows.setBigUint64(at + ROW.time_ns, event.time ?? first + length, true);
    rows.setBigUint64(at + ROW.packet, event.packet, true);
    rows.setBigUint64(at + ROW.parent, event.parent ?? 0n, true);
    rows.setUint16(at + ROW.kinship, kinship, true);
    const ends = kind === 'way' && event.isOpen !== true ? LAST : 0;
    rows.setUint32(at + ROW.flags, KINDS[kind] | ends, true);
    if (kind === 'relation') rows.setUint16(at + ROW.relation, kinship, true);
    if (kind === 'way') {
      rows.setBigUint64(at + ROW.way, hash, true);
      rows.setBigUint64(at + ROW.first_ns, first, true);
      rows.setBigUint64(at + ROW.duration_ns, length, true);
      rows.setUint16(at + ROW.gso_size, event.gsoSize ?? 0, true);
      rows.setUint32(at + ROW.calls, event.calls ?? functions.length, true);
    }
    rows.setUint32(at + ROW.steps, event.after ?? event.reason ?? functions.length, true);
    functions.forEach((number, place) => {
      const step = at + ROW_SIZE + place * STEP_SIZE;
      rows.setUint32(step + STEP.function, number, true);
      rows.setUint32(step + STEP.since, event.since?.[place] ?? (place === 0 ? 0 : 100), true);
    });
  });
  return { rows, count: events.length, rowSize };
}
