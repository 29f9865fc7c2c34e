// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import {
  isRelation,
  parent,
  parentBytes,
  partOf,
  relation,
  type Part,
  type RelationName,
} from '../core/relation.js';
import { packet, timeNs } from '../core/row.js';

/** What a packet is to another one. */
export interface Relation extends Part {
  /** CLOCK_MONOTONIC, ns */
  readonly timeNs: bigint;
  /** number of the packet */
  readonly packet: number;
  /** number of the packet that it was made from, or whose data it has taken */
  readonly parent: number;
  /** null: of a kind that is not known */
  readonly relation: RelationName | null;
  /** skb->len of the parent at this time */
  readonly bytes: number;
}

/** The relations that the rows report; [] if relatives are not followed. */
export function* relationsIn({ rows, count, rowSize }: Batch): Generator<Relation> {
  for (let at = 0; at < count * rowSize; at += rowSize) {
    if (!isRelation(rows, at)) continue;
    yield {
      timeNs: timeNs(rows, at),
      packet: packet(rows, at),
      parent: parent(rows, at),
      relation: relation(rows, at),
      ...partOf(rows, at),
      bytes: parentBytes(rows, at),
    };
  }
}
