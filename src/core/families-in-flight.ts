// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from './batch.js';
import { PacketEvents } from './packet-events.js';
import { MAX_HELD } from './packets-in-flight.js';
import { isRelation, ofParts, parent, parentBytes, part, relation, type RelationName } from './relation.js';
import { isHidden, isLast, packet, timeNs } from './row.js';

/** A family may have many members with few events each. */
const FIRST_ROWS = 1;

/** One relation between two packets of a family. */
export interface FamilyRelation {
  /** CLOCK_MONOTONIC, ns */
  readonly time: bigint;
  readonly child: Member;
  readonly parent: Member;
  /** null: of a kind that is not known */
  readonly relation: RelationName | null;
  /** which of the parent's parts the child is, from 1; 0: none */
  readonly part: number;
  /** how many parts there were to be; 0: unknown */
  readonly of: number;
  /** skb->len of the parent at this time */
  readonly bytes: number;
}

/** A packet of a family. */
export interface Member {
  readonly number: number;
  /** its events; empty if only its relatives are shown */
  readonly events: PacketEvents;
  /** the relation by which it became known; null: it is a first ancestor */
  readonly origin: FamilyRelation | null;
  /** its further relations as a child, and those as a parent of packets that were known before */
  readonly merges: readonly FamilyRelation[];
  /** packets that became known as its children, in order of time */
  readonly children: readonly Member[];
}

/** Packets that are related to each other, in the order in which they became known. */
export interface Family {
  readonly members: readonly Member[];
  /** events of all members */
  readonly size: number;
  /** true: all its packets have ended */
  readonly isComplete: boolean;
}

class Kin implements Member {
  origin: FamilyRelation | null = null;
  readonly merges: FamilyRelation[] = [];
  readonly children: Kin[] = [];
  hasEnded = false;

  constructor(
    readonly number: number,
    readonly events: PacketEvents,
    public family: Relatives,
  ) {}
}

class Relatives implements Family {
  readonly members: Kin[] = [];
  /** members whose life has not ended */
  alive = 0;

  get size(): number {
    return this.members.reduce((size, { events }) => size + events.size, 0);
  }

  get isComplete(): boolean {
    return this.alive === 0;
  }
}

/** Collects the events of families in flight: packets that are related, also by merges of two families. */
export class FamiliesInFlight {
  readonly #members = new Map<number, Kin>();
  #held = 0;
  #cut = 0;

  /**
   * Takes the rows. Returns the families all of whose packets have ended, and the oldest ones while more than
   * `most` events, or packets, are held.
   */
  take({ rows, count, rowSize }: Batch, most = MAX_HELD): Family[] {
    const complete: Family[] = [];
    for (let at = 0; at < count * rowSize; at += rowSize) {
      if (isRelation(rows, at)) {
        this.#relate(rows, at, rowSize);
        continue;
      }
      const known = this.#members.get(packet(rows, at));
      if (isHidden(rows, at) && known === undefined) continue;
      const member = known ?? this.#add(packet(rows, at), rowSize);
      if (!isHidden(rows, at)) {
        member.events.append(rows, at, at + rowSize);
        this.#held++;
      }
      if (isLast(rows, at) && this.#end(member)) complete.push(this.#remove(member.family));
    }
    // One iterator for all: each new one would have to pass those that were removed before.
    for (const { family } of this.#members.values()) {
      if (this.#held <= most && this.#members.size <= most) break;
      complete.push(this.#remove(family));
      this.#cut += family.alive;
    }
    return complete;
  }

  /** The families still in flight, in the order of their first packets; each is held until the next is requested. */
  *rest(): Generator<Family> {
    for (const { family } of this.#members.values()) {
      yield family;
      this.#remove(family);
    }
  }

  /** Events held. */
  get held(): number {
    return this.#held;
  }

  /** Packets whose family was flushed before their end because too many events, or packets, were held. */
  get cut(): number {
    return this.#cut;
  }

  #add(number: number, rowSize: number): Kin {
    const family = new Relatives();
    const member = new Kin(number, new PacketEvents(rowSize, FIRST_ROWS), family);
    family.members.push(member);
    family.alive = 1;
    this.#members.set(number, member);
    return member;
  }

  #relate(rows: DataView, at: number, rowSize: number): void {
    const known = this.#members.get(packet(rows, at));
    const from = this.#members.get(parent(rows, at)) ?? this.#add(parent(rows, at), rowSize);
    const child = known ?? this.#add(packet(rows, at), rowSize);
    const relative: FamilyRelation = {
      time: timeNs(rows, at),
      child,
      parent: from,
      relation: relation(rows, at),
      part: part(rows, at),
      of: ofParts(rows, at),
      bytes: parentBytes(rows, at),
    };
    if (known === undefined) {
      child.origin = relative;
      from.children.push(child);
    } else {
      child.merges.push(relative);
      from.merges.push(relative);
    }
    this.#unite(from.family, child.family);
  }

  #unite(one: Relatives, other: Relatives): void {
    if (one === other) return;
    const [larger, smaller] = one.members.length >= other.members.length ? [one, other] : [other, one];
    for (const member of smaller.members) {
      member.family = larger;
      larger.members.push(member);
    }
    larger.alive += smaller.alive;
  }

  /** Returns true if it was the last of its family. */
  #end(member: Kin): boolean {
    if (!member.hasEnded) member.family.alive--;
    member.hasEnded = true;
    return member.family.alive === 0;
  }

  #remove(family: Relatives): Relatives {
    for (const { number } of family.members) this.#members.delete(number);
    this.#held -= family.size;
    family.members.sort((left, right) => left.number - right.number);
    return family;
  }
}
