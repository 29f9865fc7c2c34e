// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
const MOST = 3;

/** Levenshtein distance. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, i) => i);
  for (let i = 0; i < left.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < right.length; j++) {
      const replaced = (row[j] ?? 0) + (left[i] === right[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Suggestions for a misspelt or abbreviated `name`: up to 3 of `names`, nearest first. */
export function nearestNames(name: string, names: Iterable<string>): string[] {
  const most = Math.max(1, Math.ceil(name.length / 3));
  const isPart = (other: string): boolean => name.length > 2 && other.includes(name);
  return [...names]
    .map((other) => ({ other, far: isPart(other) ? most : distance(name, other) }))
    .filter(({ far }) => far <= most)
    .toSorted((left, right) => left.far - right.far)
    .slice(0, MOST)
    .map(({ other }) => other);
}
