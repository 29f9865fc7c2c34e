import { statSync } from 'node:fs';
import { UsageError } from '../core/errors.js';
import type { Filter } from './filter.js';

const FOLDER = '/run/netns';

function inodeOf(value: string): number {
  if (/^\d{5,}$/.test(value)) return Number(value);
  const path = value.includes('/') ? value : `${FOLDER}/${value}`;
  const { ino = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  if (ino !== 0) return ino;
  throw new UsageError(
    `--netns: there is no ${path}`,
    'a name of `ip netns list`, a path such as /proc/1/ns/net, or an inode',
  );
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
