// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  CLONE,
  COALESCED,
  COPY,
  FIRST,
  FRAGMENT,
  GRO,
  REASSEMBLED,
  REBUILT,
  RELATED,
  RELATION,
  REPLY,
  RETRANSMISSION,
  ROW,
  SEGMENT,
  SHIFTED,
  SPLIT,
} from './abi.js';
import { hasFlag, number64, type RowReader } from './row.js';

/** Names of enum ipft_relation: what a packet is to another one, its parent. */
export const RELATIONS = {
  [CLONE]: 'clone',
  [COPY]: 'copy',
  [SEGMENT]: 'segment',
  [FRAGMENT]: 'fragment',
  [REBUILT]: 'rebuilt',
  [SPLIT]: 'split',
  [RETRANSMISSION]: 'retransmission',
  [REASSEMBLED]: 'reassembled',
  [GRO]: 'gro',
  [COALESCED]: 'coalesced',
  [SHIFTED]: 'shifted',
  [REPLY]: 'reply',
} as const;

export type RelationName = (typeof RELATIONS)[keyof typeof RELATIONS];

/** Relations by the words of --follow. */
export const FOLLOWS = {
  clones: [CLONE, RETRANSMISSION, SPLIT, SHIFTED],
  copies: [COPY],
  segments: [SEGMENT],
  fragments: [FRAGMENT],
  rebuilt: [REBUILT],
  merges: [GRO, COALESCED],
  reassembly: [REASSEMBLED],
  replies: [REPLY],
} as const;

export type Follow = keyof typeof FOLLOWS;

export const FOLLOW_WORDS = Object.keys(FOLLOWS) as Follow[];

/** What a packet itself becomes: not the kernel's answers to it. */
export const FOLLOW_ALL = FOLLOW_WORDS.filter((word) => word !== 'replies');

/** ipft_settings.follows: a bit for each relation. */
export const followBits = (follow: readonly Follow[]): number =>
  follow.flatMap((word) => [...FOLLOWS[word]]).reduce((bits, relation) => bits | (1 << relation), 0);

/** `segment 2/40`: what a packet is to another one. `position` and `total`: see part and ofParts. */
export function relationText(name: RelationName | null, position: number, total: number): string {
  const of = total === 0 ? '' : `/${total}`;
  return `${name ?? 'related'}${position === 0 ? '' : ` ${position}${of}`}`;
}

/** True for a row that is not a call but says that its packet is related to another one. */
export const isRelation = hasFlag(RELATION);
/** True for the packet's first event. */
export const isFirst = hasFlag(FIRST);
/** True if the packet has a parent. */
export const isRelated = hasFlag(RELATED);

/** Number of the packet's parent, for relations of the one in this relation; 0: none is known. */
export const parent = number64(ROW.parent);
/** Number of the packet's first ancestor. */
export const family = number64(ROW.family);
/** What the packet is to that parent; null: no parent is known. */
export const relation: RowReader<RelationName | null> = (rows, at) =>
  (RELATIONS as Record<number, RelationName>)[rows.getUint16(at + ROW.kinship, true)] ?? null;
/** Which of its parent's segments or fragments it is, from 1; 0: none of them. */
export const part: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.part, true);
/** Number of segments into which the parent was to be divided; 0: unknown. */
export const ofParts: RowReader<number> = (rows, at) => rows.getUint16(at + ROW.of_parts, true);

/** Which part of its parent a packet is, as JSON has it: without what is unknown. */
export interface Part {
  /** which of the parent's segments or fragments it is, from 1 */
  readonly part?: number;
  /** how many segments there were to be */
  readonly of?: number;
}

export const partOf: RowReader<Part> = (rows, at) => {
  const [position, total] = [part(rows, at), ofParts(rows, at)];
  return { ...(position === 0 ? {} : { part: position }), ...(total === 0 ? {} : { of: total }) };
};

/** For relations: skb->len of the parent at this time, bytes. */
export const parentBytes: RowReader<number> = (rows, at) => rows.getUint32(at + ROW.bytes, true);
