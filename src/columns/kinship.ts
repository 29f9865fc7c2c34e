// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, type Column } from '../core/column.js';
import {
  family,
  isFirst,
  isRelated,
  ofParts,
  parent,
  part,
  relation,
  relationText,
  type RelationName,
} from '../core/relation.js';

/** What is said of a packet at its first event. */
export interface Kinship {
  /** number of its first ancestor: its own number, if it has no parent */
  readonly family: number;
  /** number of its parent; null: it has one that is unknown, since the relation was lost */
  readonly parent?: number | null;
  readonly relation?: RelationName | null;
  /** which of the parent's segments or fragments it is, from 1 */
  readonly part?: number;
  /** how many segments there were to be */
  readonly of?: number;
}

/** Reads a row's kinship. */
function kinshipOf(rows: DataView, at: number): Kinship {
  const number = parent(rows, at);
  if (number === 0)
    return isRelated(rows, at)
      ? { family: family(rows, at), parent: null, relation: null }
      : { family: family(rows, at) };
  const [position, total] = [part(rows, at), ofParts(rows, at)];
  return {
    family: family(rows, at),
    parent: number,
    relation: relation(rows, at),
    ...(position === 0 ? {} : { part: position }),
    ...(total === 0 ? {} : { of: total }),
  };
}

/** In words, for lines of text: `segment 2/40 of #12`; '' for a first ancestor. */
export function kinshipText(rows: DataView, at: number): string {
  const { parent: number, relation: name, part: position, of } = kinshipOf(rows, at);
  if (number === undefined) return '';
  if (number === null) return 'parent unknown';
  return `${relationText(name ?? null, position ?? 0, of ?? 0)} of #${number}`;
}

const NONE = {};

/** At a packet's first event: its family, its parent, and what it is to it. */
export const kinship: Column = {
  id: 'kinship',
  description: "at a packet's first event: family, parent, relation",
  key: 'kinship',
  header: 'kinship',
  width: 0,
  ownNames: true,
  bind: () => ({
    text: (rows, at, text) => {
      if (!isFirst(rows, at)) return;
      const members = Object.entries(kinshipOf(rows, at));
      text.string(members.map(([key, value]) => `${key}: ${value ?? 'unknown'}`).join(' '));
    },
    json: (prefix) =>
      prefixed(prefix, (rows, at, text) =>
        text.string(isFirst(rows, at) ? JSON.stringify(kinshipOf(rows, at)) : '{}'),
      ),
    value: (rows, at) => (isFirst(rows, at) ? kinshipOf(rows, at) : NONE),
  }),
};
