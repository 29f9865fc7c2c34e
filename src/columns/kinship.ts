// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { prefixed, type Cell, type Column } from '../core/column.js';
import {
  family,
  isFirst,
  isRelated,
  ofParts,
  parent,
  part,
  partOf,
  relation,
  relationText,
  type Part,
  type RelationName,
} from '../core/relation.js';
import { longsAt, madeOf, together, wordsAt } from '../core/source.js';

/** What is said of a packet at its first event. */
export interface Kinship extends Part {
  /** number of its first ancestor: its own number, if it has no parent */
  readonly family: number;
  /** number of its parent; null: it has one that is unknown, since the relation was lost */
  readonly parent?: number | null;
  readonly relation?: RelationName | null;
}

/** What is said of a row's packet, whichever of its rows it is. */
export function kinshipOf(rows: DataView, at: number): Kinship {
  const number = parent(rows, at);
  if (number === 0)
    return isRelated(rows, at)
      ? { family: family(rows, at), parent: null, relation: null }
      : { family: family(rows, at) };
  return {
    family: family(rows, at),
    parent: number,
    relation: relation(rows, at),
    ...partOf(rows, at),
  };
}

/** In words, for lines of text: `segment 2/40 of #12`; '' for a first ancestor. */
export function kinshipText(rows: DataView, at: number): string {
  const number = parent(rows, at);
  if (number === 0) return isRelated(rows, at) ? 'parent unknown' : '';
  return `${relationText(relation(rows, at), part(rows, at), ofParts(rows, at))} of #${number}`;
}

const NONE = {};

/** What kinshipOf() reads, and whether the event is the packet's first. */
const SOURCE = together([
  longsAt(ROW.parent, ROW.family),
  wordsAt(ROW.kinship, ROW.of_parts, ROW.part, ROW.flags),
]);

const kinshipJson: Cell = madeOf(SOURCE, (rows, at, text) =>
  text.string(isFirst(rows, at) ? JSON.stringify(kinshipOf(rows, at)) : '{}'),
);

/** At a packet's first event: its family, its parent, and what it is to it. */
export const kinship: Column = {
  id: 'kinship',
  description: "at a packet's first event: family, parent, relation",
  key: 'kinship',
  header: 'kinship',
  width: 0,
  ownNames: true,
  bind: () => ({
    text: madeOf(SOURCE, (rows, at, text) => {
      if (!isFirst(rows, at)) return;
      const members = Object.entries(kinshipOf(rows, at));
      text.string(members.map(([key, value]) => `${key}: ${value ?? 'unknown'}`).join(' '));
    }),
    json: (prefix) => prefixed(prefix, kinshipJson),
    value: (rows, at) => (isFirst(rows, at) ? kinshipOf(rows, at) : NONE),
  }),
};
