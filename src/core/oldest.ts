// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** A Map or a Set, both of which keep the order in which keys were added. */
interface Kept<Key> {
  readonly size: number;
  keys(): Iterable<Key>;
  delete(key: Key): boolean;
}

/** Deletes the oldest keys while there are more than `most`; `before` is called for each of them. */
export function forgetOldest<Key>(
  kept: Kept<Key>,
  most: number,
  before: (key: Key) => void = () => undefined,
): void {
  if (kept.size <= most) return;
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    before(oldest);
    kept.delete(oldest);
  }
}
