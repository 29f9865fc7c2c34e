// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** A Map or a Set, both of which keep the order in which keys were added. */
interface Kept<Key> {
  readonly size: number;
  keys(): Iterable<Key>;
  delete(key: Key): boolean;
}

/** Of so many keys one is deleted beyond need. */
const SHARE = 16;

/**
 * Deletes the oldest keys if there are more than `most`, and some more, so that it has seldom to be done: a Map takes time for all that
 * was deleted since it last made itself anew. `before` is called for each key.
 */
export function forgetOldest<Key>(
  kept: Kept<Key>,
  most: number,
  before: (key: Key) => void = () => undefined,
): void {
  if (kept.size <= most) return;
  const enough = most - Math.floor(most / SHARE);
  for (const oldest of kept.keys()) {
    if (kept.size <= enough) return;
    before(oldest);
    kept.delete(oldest);
  }
}
