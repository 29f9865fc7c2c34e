// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { isIpftError } from '../core/errors.js';
import { cgroup } from './cgroup.js';
import { runningNames } from './containers/find.js';
import { Host } from './containers/host.js';
import { resolveContainer } from './containers/resolve.js';
import type { Absence, Filter } from './filter.js';
import { netns } from './netns.js';

const FILTERS = { netns, cgroup };

/** Why the container cannot be traced any more; null: it can. */
function absence(name: string): Absence | null {
  try {
    resolveContainer(name, new Host());
    return null;
  } catch (error) {
    if (!isIpftError(error)) throw error;
    return { text: 'it is not running any more', remedy: error.remedy ?? '' };
  }
}

/** Matches the network namespace of a container, or its cgroup if it shares the host's network. */
export const container: Filter = {
  id: 'container',
  value: 'name|id',
  isOfMachine: true,
  excludes: ['netns', 'cgroup'],
  description: 'packets of this container: docker, podman, containerd, Kubernetes, CRI-O, crun, runc',
  condition: (name, kernel) => {
    const { filter, value, text } = resolveContainer(name, new Host());
    kernel.tell?.(text);
    return FILTERS[filter].condition(value, kernel);
  },
  missing: absence,
  known: () => runningNames(new Host()).map(({ name, id }) => ({ value: name, description: id })),
};
