import { statSync } from 'node:fs';
import { UsageError } from '../core/errors.js';
import type { Filter } from './filter.js';

/** The cgroup (v2) of the packet's socket. Sockets of TIME_WAIT (6) and NEW_SYN_RECV (12) are too small to have one. */
export const cgroup: Filter = {
  id: 'cgroup',
  value: 'path',
  description: "packets whose socket's cgroup (v2) this is",
  condition: (path) => {
    const { ino = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (ino === 0)
      throw new UsageError(`--cgroup: there is no ${path}`, '--cgroup /sys/fs/cgroup/system.slice');
    const state = 'skb->sk->__sk_common.skc_state';
    return `${state} != 6 && ${state} != 12 && skb->sk->sk_cgrp_data.cgroup->kn->id == ${ino}`;
  },
};
