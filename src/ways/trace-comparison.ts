// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { commonStart } from './align.js';
import { packetsIn, roleKey, type DropEnd, type PathClass, type PathClasses, type Role } from './classes.js';
import { compare, differs, sideOf, type Comparison, type Side } from './comparison.js';

// A page in a browser uses this file, too: it needs nothing of Node.js.

/** The most frequent ways of packets of one role. */
export interface RoleComparison extends Role, Comparison {
  /** packets of this role */
  readonly left_packets: number;
  readonly right_packets: number;
}

/** Where and why packets were dropped in one trace more often than in the other. */
export interface DropComparison extends DropEnd {
  readonly left: number;
  readonly right: number;
}

/** What two traces, or two packets, differ in. */
export interface TraceComparison {
  /** in more than latency and number */
  readonly differ: boolean;
  readonly ways: readonly RoleComparison[];
  /** the most frequent ways of packets of roles that only one of both has */
  readonly only_left: readonly Side[];
  readonly only_right: readonly Side[];
  readonly drops: readonly DropComparison[];
}

/** A side of a comparison. */
export interface DiffSide {
  /** the file, with the packet */
  readonly name: string;
  /** number of the packet; null: the whole file */
  readonly packet: number | null;
  /** kernel release */
  readonly kernel: string;
  readonly packets: number;
  /** packets of ways for which there was no room */
  readonly others: number;
}

/** What `ipft diff --json` says of two traces, or packets. */
export interface DiffReport extends TraceComparison {
  readonly left: DiffSide;
  readonly right: DiffSide;
}

type Roles = ReadonlyMap<string, readonly PathClass[]>;

const rolesOf = (classes: PathClasses): Roles =>
  new Map(classes.byRole().flatMap((each) => (each[0] === undefined ? [] : [[roleKey(each[0].role), each]])));

const onlyIn = (ours: Roles, theirs: Roles): Side[] =>
  [...ours].flatMap(([key, [first]]) => (first === undefined || theirs.has(key) ? [] : [sideOf(first)]));

/** Ways that are equally frequent, of which one is chosen. */
const MOST_EQUAL = 16;

/** The most frequent classes: several, if they are equally frequent. */
const mostFrequent = (classes: readonly PathClass[]): readonly PathClass[] =>
  classes.filter(({ latency }) => latency.count === classes[0]?.latency.count).slice(0, MOST_EQUAL);

/**
 * The most frequent class of each; of equally frequent ones those that part last. A short trace has many ways with a packet each, which
 * differ by chance.
 */
function pairOf(
  left: readonly PathClass[],
  right: readonly PathClass[],
): readonly [PathClass, PathClass] | null {
  let found: readonly [PathClass, PathClass] | null = null;
  let longest = -1;
  for (const ours of mostFrequent(left))
    for (const theirs of mostFrequent(right)) {
      const common = commonStart(ours.functions, theirs.functions);
      if (common <= longest) continue;
      longest = common;
      found = [ours, theirs];
    }
  return found;
}

function compareRole(left: readonly PathClass[], right: readonly PathClass[]): RoleComparison[] {
  const pair = pairOf(left, right);
  if (pair === null) return [];
  const [ours, theirs] = pair;
  const packets = { left_packets: packetsIn(left), right_packets: packetsIn(right) };
  return [{ ...ours.role, ...packets, ...compare(ours, theirs) }];
}

/** By place and reason, how many packets of each trace were dropped. */
function dropsOf(left: PathClasses, right: PathClasses): DropComparison[] {
  const found = new Map<string, { end: DropEnd; left: number; right: number }>();
  for (const [side, classes] of Object.entries({ left, right }) as ['left' | 'right', PathClasses][])
    for (const { drops, latency } of classes.byRole().flat())
      for (const end of drops) {
        const key = JSON.stringify(end);
        const known = found.get(key) ?? { end, left: 0, right: 0 };
        known[side] += latency.count;
        found.set(key, known);
      }
  return [...found.values()]
    .map(({ end, ...counts }) => ({ ...end, ...counts }))
    .filter((drop) => drop.left !== drop.right);
}

/** Compares the most frequent ways of packets of the same role. The classes need places. */
export function compareTraces(left: PathClasses, right: PathClasses): TraceComparison {
  const [ours, theirs] = [rolesOf(left), rolesOf(right)];
  const ways = [...ours].flatMap(([role, classes]) => compareRole(classes, theirs.get(role) ?? []));
  const found = {
    ...{ ways, only_left: onlyIn(ours, theirs), only_right: onlyIn(theirs, ours) },
    drops: dropsOf(left, right),
  };
  const drops = found.drops.filter((drop) => drop.left === 0 || drop.right === 0);
  const lists = [found.only_left, found.only_right, drops, ways.filter(differs)];
  return { differ: lists.some(({ length }) => length > 0), ...found };
}

/** Compares two packets, whatever they are to their parents. */
export function comparePackets(left: PathClass, right: PathClass): TraceComparison {
  const way = { ...left.role, left_packets: 1, right_packets: 1, ...compare(left, right) };
  return { differ: differs(way), ways: [way], only_left: [], only_right: [], drops: [] };
}
