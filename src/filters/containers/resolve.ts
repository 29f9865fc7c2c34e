// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { join } from 'node:path';
import { EnvironmentError } from '../../core/errors.js';
import { cgroupOf } from './containers.js';
import { findContainer, shortId, type RunningContainer } from './find.js';
import type { Host } from './host.js';
import { isInContainer } from './processes.js';

/** What selects the packets of a container. */
export interface Selected {
  readonly filter: 'netns' | 'cgroup';
  /** the filter's value */
  readonly value: string;
  /** what was found, in words */
  readonly text: string;
}

/** Inode of a process' network namespace; null: it cannot be read. */
const netnsOf = (pid: number | 'self', host: Host): string | null =>
  /^net:\[(\d+)\]$/.exec(host.link(`/proc/${pid}/ns/net`) ?? '')?.[1] ?? null;

/** Where cgroups of version 2 are mounted, from the root of the hierarchy on; null: nowhere. */
function mountPoint(host: Host): string | null {
  // ID PARENT MAJOR:MINOR ROOT MOUNT-POINT OPTIONS ... - TYPE ...
  const [, folder = null] =
    /^\d+ \d+ \S+ \/ (\S+) .* - cgroup2 /m.exec(host.text('/proc/self/mountinfo') ?? '') ?? [];
  return folder;
}

/** `name`: of the container, for messages. Throws an EnvironmentError if the container cannot be told by its cgroup. */
function cgroupPath(container: RunningContainer, name: string, host: Host): string {
  const { id, process } = container;
  const shares = `--container ${name}: it shares the host's network`;
  const path = cgroupOf(container, process);
  if (path === null && isInContainer(process, id))
    throw new EnvironmentError(
      `${shares}, and its cgroup is of version 1: nothing tells its packets from the host's`,
      `--pid ${process.pid}, or a container with a network namespace of its own, for --netns`,
    );
  if (path === null)
    throw new EnvironmentError(`${shares}, and has no cgroup (v2) of its own`, `--pid ${process.pid}`);
  const folder = mountPoint(host);
  if (folder === null)
    throw new EnvironmentError(
      `${shares}, and cgroups (v2) are not mounted`,
      'mount -t cgroup2 none /sys/fs/cgroup',
    );
  return join(folder, path);
}

/** What a container's name or id stands for, now. */
export function resolveContainer(name: string, host: Host): Selected {
  const container = findContainer(name, host);
  const { pid } = container.process;
  const inode = netnsOf(pid, host);
  if (inode === null)
    throw new EnvironmentError(
      `--container ${name}: the network namespace of process ${pid} cannot be read`,
      'sudo, or CAP_SYS_PTRACE',
    );
  const text = `--container ${name}: container ${shortId(container.id)}, process ${pid}`;
  if (inode !== (netnsOf(1, host) ?? netnsOf('self', host)))
    return { filter: 'netns', value: `inode:${inode}`, text: `${text}: the same as --netns inode:${inode}` };
  const path = cgroupPath(container, name, host);
  return {
    filter: 'cgroup',
    value: path,
    text: `${text}, in the host's network: the same as --cgroup ${path}`,
  };
}
