// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, statfsSync, statSync } from 'node:fs';
import { UsageError } from '../core/errors.js';
import { namespaceFile, NETNS_FOLDER } from '../core/namespace-file.js';
import type { Filter } from './filter.js';

/** NSFS_MAGIC of linux/magic.h */
const NSFS = 0x6e736673;

const REMEDY =
  'a name of `ip netns list`, a path such as /proc/1/ns/net, or an inode; name:12345 and inode:12345 say which of both a number is';

function inodeOfFile(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`--netns: there is no ${path}`, REMEDY);
  if (statfsSync(path).type !== NSFS) throw new UsageError(`--netns: ${path} is not a namespace`, REMEDY);
  return stat.ino;
}

/**
 * What a value refers to: a file, or an inode number. If a number is also the name of an existing file, the
 * file is meant.
 */
function named(value: string): { readonly file: string } | { readonly inode: number } {
  const [, kind, given = value] = /^(inode|name):(.+)$/.exec(value) ?? [];
  const isNumber = /^\d+$/.test(given);
  if (kind === 'inode' && !isNumber)
    throw new UsageError(`--netns: expected a number after inode:, received '${given}'`, REMEDY);
  const file = kind !== 'name' && given.includes('/') ? given : `${NETNS_FOLDER}/${given}`;
  const isInode = kind === 'inode' || (kind === undefined && isNumber && !existsSync(file));
  return isInode ? { inode: Number(given) } : { file };
}

/** Matches the network namespace of the packet's device, or of its socket. */
export const netns: Filter = {
  id: 'netns',
  value: 'name|path|inode',
  isOfMachine: true,
  description: 'packets in this network namespace',
  condition: (value) => {
    const name = named(value);
    const inode = 'inode' in name ? name.inode : inodeOfFile(name.file);
    return `skb->dev->nd_net.net->ns.inum == ${inode} || skb->sk->__sk_common.skc_net.net->ns.inum == ${inode}`;
  },
  // For a file nothing can be missing: it existed when the condition was made.
  missing: (value) => {
    const name = named(value);
    if (!('inode' in name) || namespaceFile(name.inode) !== null) return null;
    return {
      text: 'no process is in a network namespace with this inode, and no name stands for it',
      remedy: REMEDY,
    };
  },
};
