import { statfsSync, statSync } from 'node:fs';
import { UsageError } from '../core/errors.js';
import type { Filter } from './filter.js';

/** NSFS_MAGIC of linux/magic.h */
const NSFS = 0x6e736673;

const FOLDER = '/run/netns';

function inodeOf(value: string): number {
  if (/^\d{5,}$/.test(value)) return Number(value);
  const path = value.includes('/') ? value : `${FOLDER}/${value}`;
  const remedy = 'a name of `ip netns list`, a path such as /proc/1/ns/net, or an inode';
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`--netns: there is no ${path}`, remedy);
  if (statfsSync(path).type !== NSFS) throw new UsageError(`--netns: ${path} is no namespace`, remedy);
  return stat.ino;
}

/** The network namespace of the packet's device, or of its socket. */
export const netns: Filter = {
  id: 'netns',
  value: 'name|path|inode',
  description: 'packets in this network namespace',
  condition: (value) => {
    const inode = inodeOf(value);
    return `skb->dev->nd_net.net->ns.inum == ${inode} || skb->sk->__sk_common.skc_net.net->ns.inum == ${inode}`;
  },
};
