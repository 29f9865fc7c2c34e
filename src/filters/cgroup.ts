// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readlinkSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EnvironmentError, UsageError } from '../core/errors.js';
import type { Filter } from './filter.js';

/** CGROUP2_SUPER_MAGIC and CGROUP_SUPER_MAGIC of linux/magic.h. */
const CGROUP2 = 0x63677270;
const CGROUP1 = 0x27e0eb;
/** PROC_CGROUP_INIT_INO of linux/proc_ns.h. */
const FIRST_NAMESPACE = 'cgroup:[4026531835]';
/** How deep below the root of the hierarchy the root of a cgroup namespace may be. */
const DEEPEST_NAMESPACE = 8;

const STATE = 'skb->sk->__sk_common.skc_state';
const GROUP = 'skb->sk->sk_cgrp_data.cgroup';

const isCgroup = (path: string, type = CGROUP2): boolean =>
  statSync(path, { throwIfNoEntry: false }) !== undefined && statfsSync(path).type === type;

/** Why the path names no packets. */
function problem(path: string): Error {
  if (isCgroup(path, CGROUP1))
    return new EnvironmentError(
      `--cgroup: ${path} is a cgroup of version 1, and packets can be told by those of version 2 only`,
      '--netns, --pid or --comm; or a boot with systemd.unified_cgroup_hierarchy=1',
    );
  return new UsageError(
    `--cgroup: ${path} is not a cgroup of version 2`,
    '--cgroup /sys/fs/cgroup/system.slice',
  );
}

/** Depth of a cgroup below the root that is mounted. */
function levelOf(path: string): number {
  const parent = dirname(path);
  return parent !== path && isCgroup(parent) ? 1 + levelOf(parent) : 0;
}

/**
 * The levels that the cgroup may have in the kernel's hierarchy. From within a cgroup namespace the depth of
 * the namespace's root is unknown, so there are several.
 */
function levelsOf(path: string): number[] {
  const least = levelOf(realpathSync(path));
  const further = readlinkSync('/proc/self/ns/cgroup') === FIRST_NAMESPACE ? 0 : DEEPEST_NAMESPACE;
  return Array.from({ length: further + 1 }, (_, more) => least + more);
}

/**
 * Matches the cgroup (v2) of the packet's socket, or an ancestor of it. Sockets in the states TIME_WAIT (6)
 * and NEW_SYN_RECV (12) are smaller structs without a cgroup.
 */
export const cgroup: Filter = {
  id: 'cgroup',
  value: 'path',
  isOfMachine: true,
  description: 'packets whose socket is in this cgroup (v2), or in one below it',
  condition: (path, kernel) => {
    if (!isCgroup(path)) throw problem(path);
    // Before Linux 6.1 the kernel stores only the ancestors' ids.
    const of = kernel.has(`${GROUP}->ancestors[0]`)
      ? (level: number) => `ancestors[${level}]->kn->id`
      : (level: number) => `ancestor_ids[${level}]`;
    const id = statSync(path).ino;
    const any = levelsOf(path).map(
      (level) => `${GROUP}->level >= ${level} && ${GROUP}->${of(level)} == ${id}`,
    );
    return `${STATE} != 6 && ${STATE} != 12 && (${any.join(' || ')})`;
  },
};
