// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync, statSync } from 'node:fs';

const FOLDER = '/run/netns';

/** What `ip netns` calls the network namespace with this inode; null if it does not. */
export function netnsName(inode: number): string | null {
  try {
    return readdirSync(FOLDER).find((name) => statSync(`${FOLDER}/${name}`).ino === inode) ?? null;
  } catch {
    return null; // there is no such folder, or a namespace went meanwhile
  }
}
