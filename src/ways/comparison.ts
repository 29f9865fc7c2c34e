// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { align, differencesIn, type Difference, type Stretch } from './align.js';
import type { DropEnd, PathClass, Role } from './classes.js';
import type { Latency } from './histogram.js';

// A page in a browser uses this file, too: it needs nothing of Node.js.

/** One of two ways that are compared. */
export interface Side extends Role {
  /** packets that took it */
  readonly packets: number;
  /** numbers of the first of them */
  readonly examples: readonly number[];
  readonly functions: readonly string[];
  /** false: their ends were not seen */
  readonly complete: boolean;
  readonly drops: readonly DropEnd[];
  /** how long they were seen, ns */
  readonly latency: Latency;
}

/** Where two ways part. */
export interface Parting {
  /** how many functions they have in common up to there */
  readonly common: number;
  /** the last of these; null: there is none */
  readonly after: string | null;
  /** the next function of each; null: its way ends there */
  readonly left: string | null;
  readonly right: string | null;
}

/** A field that differs where both called the same function; not told again while it stays as it is. */
export interface FieldDifference {
  readonly function: string;
  /** which function of each way it is, from 0 */
  readonly left_place: number;
  readonly right_place: number;
  readonly field: string;
  /** its values, as text */
  readonly left: readonly string[];
  readonly right: readonly string[];
}

/** From a function to the next one, which are the same two in both ways; medians, ns. */
export interface HopShift {
  readonly from: string;
  readonly to: string;
  readonly left_ns: number;
  readonly right_ns: number;
  readonly shift_ns: number;
}

/** What two ways differ in. */
export interface Comparison {
  readonly left: Side;
  readonly right: Side;
  /** null: they call the same functions */
  readonly parting: Parting | null;
  readonly differences: readonly Difference[];
  /** functions that only one of them called */
  readonly only_left: readonly string[];
  readonly only_right: readonly string[];
  readonly fields: readonly FieldDifference[];
  /** the largest shift first */
  readonly hops: readonly HopShift[];
  /** of the median of the whole latency, ns */
  readonly shift_ns: number;
}

export const sideOf = ({ role, functions, drops, isComplete, latency, examples }: PathClass): Side => ({
  ...role,
  packets: latency.count,
  ...{ examples, functions, complete: isComplete, drops },
  latency: latency.latency(),
});

function partingOf(stretches: readonly Stretch[], left: PathClass, right: PathClass): Parting | null {
  const parted = stretches.find(({ isSame }) => !isSame);
  if (parted === undefined) return null;
  const [atLeft, atRight] = [parted.left[0], parted.right[0]];
  return {
    common: atLeft,
    after: left.functions[atLeft - 1] ?? null,
    left: left.functions[atLeft] ?? null,
    right: right.functions[atRight] ?? null,
  };
}

/** Functions of the first way that the second does not have, each once. */
function onlyIn(ours: readonly string[], theirs: readonly string[]): string[] {
  const others = new Set(theirs);
  return [...new Set(ours.filter((name) => !others.has(name)))];
}

/** Places that both ways have: of the same function, in order; `isNext`: so are the places before. */
function* commonPlaces(
  stretches: readonly Stretch[],
): Generator<{ readonly left: number; readonly right: number; readonly isNext: boolean }> {
  for (const { isSame, left, right } of stretches) {
    if (!isSame) continue;
    for (let at = 0; at < left[1] - left[0]; at++)
      yield { left: left[0] + at, right: right[0] + at, isNext: at > 0 };
  }
}

const isApart = (left: readonly string[], right: readonly string[]): boolean =>
  !left.some((value) => right.includes(value));

/** Fields whose values at the same place have nothing in common. */
function fieldDifferences(
  stretches: readonly Stretch[],
  left: PathClass,
  right: PathClass,
): FieldDifference[] {
  const found: FieldDifference[] = [];
  const known = new Map<string, string>();
  for (const { left: atLeft, right: atRight } of commonPlaces(stretches)) {
    const [ours, theirs] = [left.places?.at(atLeft), right.places?.at(atRight)];
    for (const field of ours?.fields ?? []) {
      const [own, other] = [ours?.valuesOf(field) ?? null, theirs?.valuesOf(field) ?? null];
      if (own === null || other === null) continue;
      const differs = isApart(own, other);
      const values = differs ? JSON.stringify([own, other]) : '';
      if (differs && known.get(field) !== values)
        found.push({
          ...{ function: left.functions[atLeft] ?? '', left_place: atLeft, right_place: atRight, field },
          ...{ left: own, right: other },
        });
      known.set(field, values);
    }
  }
  return found;
}

function hopShifts(stretches: readonly Stretch[], left: PathClass, right: PathClass): HopShift[] {
  const shifts: HopShift[] = [];
  for (const { left: atLeft, right: atRight, isNext } of commonPlaces(stretches)) {
    const [ours, theirs] = [left.places?.at(atLeft)?.hop, right.places?.at(atRight)?.hop];
    if (!isNext || ours === undefined || theirs === undefined) continue;
    const [leftNs, rightNs] = [ours.quantile(0.5), theirs.quantile(0.5)];
    shifts.push({
      ...{ from: left.functions[atLeft - 1] ?? '', to: left.functions[atLeft] ?? '' },
      ...{ left_ns: leftNs, right_ns: rightNs, shift_ns: rightNs - leftNs },
    });
  }
  return shifts.sort((one, other) => Math.abs(other.shift_ns) - Math.abs(one.shift_ns));
}

/** Compares two ways. Fields and hops need their places. */
export function compare(left: PathClass, right: PathClass): Comparison {
  const stretches = align(left.functions, right.functions);
  const [ours, theirs] = [sideOf(left), sideOf(right)];
  return {
    left: ours,
    right: theirs,
    parting: partingOf(stretches, left, right),
    differences: differencesIn(stretches, left.functions, right.functions),
    only_left: onlyIn(left.functions, right.functions),
    only_right: onlyIn(right.functions, left.functions),
    fields: fieldDifferences(stretches, left, right),
    hops: hopShifts(stretches, left, right),
    shift_ns: theirs.latency.p50_ns - ours.latency.p50_ns,
  };
}

/** True if the ways differ in more than latency and number. */
export const differs = ({ left, right, parting, fields }: Comparison): boolean =>
  parting !== null ||
  fields.length > 0 ||
  left.complete !== right.complete ||
  JSON.stringify(left.drops) !== JSON.stringify(right.drops);
