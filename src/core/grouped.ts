// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** Adds a value to those that a map has for a key. */
export function addTo<Key, Value>(groups: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = groups.get(key);
  if (values === undefined) groups.set(key, [value]);
  else values.push(value);
}
