// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync, statSync } from 'node:fs';
import { NETNS_FOLDER } from '../core/namespace-file.js';

/** How long a namespace without a name is taken to have none: a container's never gets one. */
const NAMELESS_MS = 1000;

/**
 * Like netnsName(), but looks once for each name that there is, and at most once in a while for a namespace that has none.
 *
 * @param look for tests: what looks for a name
 * @param now for tests: a clock, ms
 */
export function namespaceNames(
  look: (inode: number) => string | null = netnsName,
  now: () => number = Date.now,
): (inode: number) => string | null {
  const known = new Map<number, { readonly name: string | null; readonly at: number }>();
  return (inode) => {
    const before = known.get(inode);
    if (before !== undefined && (before.name !== null || now() - before.at < NAMELESS_MS)) return before.name;
    const name = look(inode);
    known.set(inode, { name, at: now() });
    return name;
  };
}

/** The name in `ip netns` of the network namespace with this inode; null if it has none. */
export function netnsName(inode: number): string | null {
  try {
    return (
      readdirSync(NETNS_FOLDER).find((name) => statSync(`${NETNS_FOLDER}/${name}`).ino === inode) ?? null
    );
  } catch {
    return null; // the folder does not exist, or a namespace was removed meanwhile
  }
}
