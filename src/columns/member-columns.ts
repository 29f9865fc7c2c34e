// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Column } from '../core/column.js';
import { hexColumn, pathColumn } from '../core/path-column.js';
import { pid } from './pid.js';

/**
 * Columns that show one member of the kernel's types; where kernels differ, the first path that exists is
 * used.
 */
export const pathColumns: readonly Column[] = [
  pathColumn({ id: 'data-len', key: 'data_len' }, 'skb->data_len'),
  pathColumn({ id: 'ifname', key: 'ifname' }, 'skb->dev->name'),
  pathColumn({ id: 'ifindex', key: 'ifindex' }, 'skb->dev->ifindex'),
  pathColumn({ id: 'iif', key: 'iif' }, 'skb->skb_iif'),
  pathColumn({ id: 'queue', key: 'queue' }, 'skb->queue_mapping'),
  hexColumn({ id: 'hash', key: 'hash' }, 'skb->hash'),
  pathColumn({ id: 'priority', key: 'priority' }, 'skb->priority'),
  hexColumn({ id: 'csum', key: 'csum' }, 'skb->csum'),
  pathColumn({ id: 'nr-frags', key: 'nr_frags' }, 'shinfo->nr_frags'),
  pathColumn({ id: 'encapsulation', key: 'encapsulation' }, 'skb->encapsulation'),
  pathColumn({ id: 'mac-header', key: 'mac_header' }, 'skb->mac_header'),
  pathColumn({ id: 'network-header', key: 'network_header' }, 'skb->network_header'),
  pathColumn({ id: 'transport-header', key: 'transport_header' }, 'skb->transport_header'),
  pathColumn({ id: 'users', key: 'users' }, 'skb->users.refs.counter'),
  pathColumn({ id: 'cloned', key: 'cloned' }, 'skb->cloned'),
  pathColumn({ id: 'truesize', key: 'truesize' }, 'skb->truesize'),
  pid,
  pathColumn({ id: 'comm', key: 'comm' }, 'task->comm'),
  // Before Linux 5.15 the cgroup's address is stored as a number; for a socket without a cgroup that number
  // is no address.
  pathColumn({ id: 'cgroup', key: 'cgroup' }, 'skb->sk->sk_cgrp_data.cgroup->kn->id', {
    number: 'skb->sk->sk_cgrp_data.val',
    like: 'task->cgroups->dfl_cgrp',
    rest: '->kn->id',
  }),
];
