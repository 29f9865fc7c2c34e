// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { cgroup } from './cgroup.js';
import { comm } from './comm.js';
import { container } from './container.js';
import type { Filter } from './filter.js';
import { ifname } from './ifname.js';
import { netns } from './netns.js';
import { pid } from './pid.js';

const all = [ifname, netns, pid, comm, cgroup, container] as const;

/** Every such filter by its id, which is the option's name. */
export const filters: ReadonlyMap<string, Filter> = new Map(all.map((filter) => [filter.id, filter]));
