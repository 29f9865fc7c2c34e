// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { relationText, type Part, type RelationName } from './relation.js';

/** A packet that is divided, as far as its parts are dropped. */
export interface Divided {
  /** its number */
  readonly number: number;
  /** what its parts are to it */
  readonly relation: 'segment' | 'fragment';
  /** how many parts there were to be; 0: unknown */
  readonly total: number;
  /** how many of them are dropped so far */
  dropped: number;
}

/** What a dropped packet is to its relatives. */
export interface DropKin {
  /** what it is to its parent; null: no parent is known, or the relation is of a kind that is not known */
  readonly relation: RelationName | null;
  /** number of its parent; 0: none is known */
  readonly parent: number;
  /** the packet of whose data it has a part; null: none is known */
  readonly divided: Omit<Divided, 'dropped'> | null;
  /** which of that packet's parts it has, from 1; 0: unknown */
  readonly part: number;
  /** how many of that packet's parts are dropped so far, with this one */
  readonly droppedParts: number;
  /** number of packets whose data it has taken */
  readonly merged: number;
}

/** What JSON says of it, without what does not apply. */
export interface DropRelatives extends Part {
  /** number of the packet that it was made from */
  readonly parent?: number;
  /** what it is to its parent; null: a relation of a kind that is not known */
  readonly relation?: RelationName | null;
  /** number of the packet that was divided, of whose segments or fragments this is one, or a copy of one */
  readonly part_of?: number;
  /** how many of these segments or fragments are dropped so far, with this one */
  readonly dropped_parts?: number;
  /** number of packets whose data it has taken */
  readonly merged?: number;
}

/** `kin`: null, if relatives are not followed. */
export function dropRelatives(kin: DropKin | null): DropRelatives {
  if (kin === null) return {};
  const { relation, parent, divided, part, droppedParts, merged } = kin;
  return {
    ...(parent === 0 ? {} : { parent, relation }),
    ...(part === 0 ? {} : { part }),
    ...(divided === null || divided.total === 0 ? {} : { of: divided.total }),
    ...(divided === null ? {} : { part_of: divided.number, dropped_parts: droppedParts }),
    ...(merged === 0 ? {} : { merged }),
  };
}

/** `segment 7/40 of #12; 2 of 40 segments of #12 so far`; [] if it has no part of another packet. */
function partTexts({ relation, parent, divided, part, droppedParts }: DropKin): string[] {
  if (divided === null) return [];
  const { number, relation: kind, total } = divided;
  const which = `${relationText(kind, part, part === 0 ? 0 : total)} of #${number}`;
  const own = parent === 0 || parent === number ? '' : `${relationText(relation, 0, 0)} of #${parent}`;
  const shown = [own, own === '' || part !== 0 ? which : ''].filter((text) => text !== '').join(', ');
  const of = total === 0 ? '' : ` of ${total}`;
  const noun = total === 0 && droppedParts === 1 ? kind : `${kind}s`;
  return [shown, `${droppedParts}${of} ${noun} of #${number} so far`];
}

/** What the line about the drop ends with; '' if there is nothing to say. */
export function dropKinText(kin: DropKin | null): string {
  if (kin === null) return '';
  const others = kin.merged === 1 ? '1 other' : `${kin.merged} others`;
  const texts = [...partTexts(kin), ...(kin.merged === 0 ? [] : [`with the data of ${others}`])];
  return texts.map((text) => `; ${text}`).join('');
}
