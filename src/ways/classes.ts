// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { addTo } from '../core/grouped.js';
import type { RelationName } from '../core/relation.js';
import { Histogram } from './histogram.js';
import { Places } from './places.js';
import { functionsOf, timesOf, type Way } from './way.js';

/** What packets are: only those that are the same take comparable ways. */
export interface Role {
  /** to their parent; `none`: they have none, or relatives are not followed; `unknown`: the relation was lost */
  readonly relation: RelationName | 'none' | 'unknown';
  /** at their first call they are GSO packets */
  readonly gso: boolean;
}

/** Where and why packets were dropped. */
export interface DropEnd {
  readonly function: string;
  readonly reason: string | null;
  readonly cause: string | null;
}

/** The packets of one role that called the same functions in the same order, and ended in the same way. */
export interface PathClass {
  readonly role: Role;
  readonly functions: readonly string[];
  /** further functions were called, which were not kept (--summarize) */
  readonly isCut: boolean;
  /** when one of these packets called them, ns since its first event; null: it is not known */
  readonly times: readonly number[] | null;
  /** [] if they were not dropped */
  readonly drops: readonly DropEnd[];
  /** false: their end was not seen */
  readonly isComplete: boolean;
  /** how long they were seen, ns; its count is the number of packets */
  readonly latency: Histogram;
  /** numbers of the first of these packets */
  readonly examples: readonly number[];
  /** what they were like at each function; null: not asked for */
  readonly places: Places | null;
}

function roleOf({ kinship, isGso: gso }: Way): Role {
  if (kinship?.parent === undefined) return { relation: 'none', gso };
  return { relation: kinship.relation ?? 'unknown', gso };
}

/** Tells roles apart. */
export const roleKey = ({ relation, gso }: Role): string => `${relation} ${gso}`;

const EXAMPLES = 5;

/** The class that a way alone makes. */
class OpenClass implements PathClass {
  readonly role: Role;
  readonly drops: readonly DropEnd[];
  readonly isComplete: boolean;
  readonly isCut: boolean;
  times: readonly number[] | null = null;
  readonly latency = new Histogram();
  readonly examples: number[] = [];
  readonly places: Places | null;

  constructor(
    way: Way,
    readonly functions: readonly string[],
    hasPlaces: boolean,
  ) {
    this.role = roleOf(way);
    this.drops = way.drops.map(({ function: at, reason, cause }) => ({ function: at, reason, cause }));
    this.isComplete = way.isComplete;
    this.isCut = way.kept?.isCut ?? false;
    this.places = hasPlaces ? new Places() : null;
  }

  add(way: Way): void {
    this.latency.add(way.lengthNs);
    this.times ??= timesOf(way);
    if (this.examples.length < EXAMPLES) this.examples.push(way.packet);
    this.places?.add(way);
  }
}

/** What is held at most: classes, and functions in all of them. */
const MOST_CLASSES = 4096;
const MOST_FUNCTIONS = 1_000_000;

/** Sorts ways into classes. */
export class PathClasses {
  readonly #classes = new Map<string, OpenClass>();
  readonly #hashes = new Map<bigint, number>();
  #packets = 0;
  #functions = 0;
  #others = 0;
  #collisions = 0;

  /** `hasPlaces`: see PathClass.places */
  constructor(
    private readonly hasPlaces = false,
    private readonly most = MOST_CLASSES,
  ) {}

  /** Returns the way's class; null: there was no room for one. */
  add(way: Way): PathClass | null {
    this.#packets++;
    const functions = functionsOf(way);
    const end = way.drops.map((drop) => `${drop.function} ${drop.reason} ${drop.cause}`).join();
    const what = way.kept === null ? functions.join('\n') : this.#numberOf(way.kept.hash);
    const key = `${roleKey(roleOf(way))} ${way.isComplete} ${end}\n${what}`;
    const known = this.#classes.get(key) ?? this.#open(key, way, functions);
    if (known === null) this.#others++;
    else known.add(way);
    if (way.kept?.collides === true) this.#collisions++;
    return known;
  }

  /** Packets, of all classes. */
  get packets(): number {
    return this.#packets;
  }

  /** Packets of further classes, for which there was no room. */
  get others(): number {
    return this.#others;
  }

  /** Packets that were found to have the hash of another way, whose class they are in (--summarize). */
  get collisions(): number {
    return this.#collisions;
  }

  /** The classes of each role, the most frequent first; the role with most packets first. */
  byRole(): PathClass[][] {
    const roles = new Map<string, PathClass[]>();
    for (const each of this.#classes.values()) addTo(roles, roleKey(each.role), each);
    for (const classes of roles.values())
      classes.sort((left, right) => right.latency.count - left.latency.count);
    return [...roles.values()].sort((left, right) => packetsIn(right) - packetsIn(left));
  }

  /** A number is shorter than the hash as text, and as good. -1: there is no room for a further class anyway. */
  #numberOf(hash: bigint): number {
    const known = this.#hashes.get(hash);
    if (known !== undefined) return known;
    if (this.#classes.size >= this.most) return -1;
    this.#hashes.set(hash, this.#hashes.size);
    return this.#hashes.size - 1;
  }

  /** null: there is no room. */
  #open(key: string, way: Way, functions: readonly string[]): OpenClass | null {
    this.#functions += functions.length;
    if (this.#classes.size >= this.most || this.#functions > MOST_FUNCTIONS) {
      this.#functions -= functions.length;
      return null;
    }
    const made = new OpenClass(way, functions, this.hasPlaces);
    this.#classes.set(key, made);
    return made;
  }
}

export const packetsIn = (classes: readonly PathClass[]): number =>
  classes.reduce((sum, { latency }) => sum + latency.count, 0);
