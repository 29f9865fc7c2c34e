// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync, statSync } from 'node:fs';

const FOLDER = '/run/netns';

/** Like netnsName(), but looks only once for each name that there is. */
export function namespaceNames(): (inode: number) => string | null {
  const known = new Map<number, string>();
  return (inode) => {
    const name = known.get(inode) ?? netnsName(inode);
    if (name !== null) known.set(inode, name);
    return name;
  };
}

/** The name in `ip netns` of the network namespace with this inode; null if it has none. */
export function netnsName(inode: number): string | null {
  try {
    return readdirSync(FOLDER).find((name) => statSync(`${FOLDER}/${name}`).ino === inode) ?? null;
  } catch {
    return null; // the folder does not exist, or a namespace was removed meanwhile
  }
}
