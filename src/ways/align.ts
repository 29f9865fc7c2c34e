// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { diffArrays } from 'diff';

// A page in a browser uses this file, too: it needs nothing of Node.js.

/** A part of two sequences of functions: they agree in it, or have parted. */
export interface Stretch {
  readonly isSame: boolean;
  /** from this place to before that one, in the first sequence and in the second */
  readonly left: readonly [from: number, to: number];
  readonly right: readonly [from: number, to: number];
}

/** Of functions that only one of both has; with more, what is between the first and the last difference counts as one. */
const MOST_EDITS = 500;

/** How many of the first functions are the same. */
export function commonStart(left: readonly string[], right: readonly string[]): number {
  const most = Math.min(left.length, right.length);
  let same = 0;
  while (same < most && left[same] === right[same]) same++;
  return same;
}

/** Counts of elements: the same in both, only in the first, only in the second. */
interface Run {
  readonly same: number;
  readonly removed: number;
  readonly added: number;
}

/** The shortest edit script (Myers) of what is between a common start and a common end. */
function runsOf(left: readonly string[], right: readonly string[]): readonly Run[] {
  const changes = diffArrays([...left], [...right], { maxEditLength: MOST_EDITS });
  if (changes === undefined) return [{ same: 0, removed: left.length, added: right.length }];
  return changes.map(({ added, removed, count }) => ({
    same: added || removed ? 0 : count,
    removed: removed ? count : 0,
    added: added ? count : 0,
  }));
}

/** The stretches of two sequences, which take turns: the same, parted, the same ... */
export function align(left: readonly string[], right: readonly string[]): Stretch[] {
  const start = commonStart(left, right);
  const end = commonStart(left.slice(start).toReversed(), right.slice(start).toReversed());
  const middle = runsOf(left.slice(start, left.length - end), right.slice(start, right.length - end));
  const runs = [{ same: start, removed: 0, added: 0 }, ...middle, { same: end, removed: 0, added: 0 }];
  const stretches: Stretch[] = [];
  let [atLeft, atRight] = [0, 0];
  for (const { same, removed, added } of runs) {
    if (same + removed + added === 0) continue;
    const [toLeft, toRight] = [atLeft + same + removed, atRight + same + added];
    const before = stretches.at(-1);
    const isSame = same > 0;
    if (before?.isSame === isSame) {
      stretches.pop();
      stretches.push({ isSame, left: [before.left[0], toLeft], right: [before.right[0], toRight] });
    } else stretches.push({ isSame, left: [atLeft, toLeft], right: [atRight, toRight] });
    [atLeft, atRight] = [toLeft, toRight];
  }
  return stretches;
}

/** Where two sequences differ. */
export interface Difference {
  /** the function before; null: none is */
  readonly after: string | null;
  /** what only the first sequence has here, and only the second */
  readonly left: readonly string[];
  readonly right: readonly string[];
}

export const differencesIn = (
  stretches: readonly Stretch[],
  left: readonly string[],
  right: readonly string[],
): Difference[] =>
  stretches
    .filter(({ isSame }) => !isSame)
    .map((stretch) => ({
      after: left[stretch.left[0] - 1] ?? null,
      left: left.slice(...stretch.left),
      right: right.slice(...stretch.right),
    }));

/** How many functions only one of both sequences has. */
export const distanceOf = (stretches: readonly Stretch[]): number =>
  stretches
    .filter(({ isSame }) => !isSame)
    .reduce((sum, { left, right }) => sum + left[1] - left[0] + right[1] - right[0], 0);
