// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync, statSync } from 'node:fs';
import { ifThere, processFolders } from './processes.js';

/** Where `ip netns` has its names. */
export const NETNS_FOLDER = '/run/netns';

/** A file that stands for the network namespace with this inode: a name of `ip netns`, or a process'; null: there is none. */
export function namespaceFile(inode: number): string | null {
  const names = (ifThere(() => readdirSync(NETNS_FOLDER)) ?? []).map((name) => `${NETNS_FOLDER}/${name}`);
  const files = [...names, ...processFolders().map((folder) => `${folder}/ns/net`)];
  return files.find((file) => ifThere(() => statSync(file).ino) === inode) ?? null;
}
