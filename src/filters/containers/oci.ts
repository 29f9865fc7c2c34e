// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { membersOf, numberOf, type Host } from './host.js';
import type { ContainerRecord, RuntimeFiles } from './record.js';

/** What runc writes a container's paths with, whatever is mounted there. */
const MOUNT = /^\/sys\/fs\/cgroup(?:\/unified)?(?=\/)/;

const text = (json: unknown): string | null => (typeof json === 'string' && json !== '' ? json : null);

/** The status of a container of crun (libcrun_write_container_status). */
export const crun: RuntimeFiles = (host) =>
  host.names('/run/crun').flatMap((id) => {
    const status = membersOf(host.json(`/run/crun/${id}/status`));
    const pid = numberOf(status['pid']);
    if (pid === null) return [];
    const cgroup = text(status['cgroup-path']);
    return [{ id, names: [], pid, started: numberOf(status['process-start-time']), cgroup }];
  });

/** The state of a container of runc (types BaseState and State of libcontainer); null: there is none. */
function stateOf(file: string, host: Host): ContainerRecord | null {
  const state = membersOf(host.json(file));
  const id = text(state['id']);
  if (id === null) return null;
  // '' is the hierarchy of version 2; early versions write the start as a string
  const cgroup = text(membersOf(state['cgroup_paths'])['']);
  return {
    ...{ id, names: [], pid: numberOf(state['init_process_pid']) },
    ...{ started: numberOf(state['init_process_start']), cgroup: cgroup?.replace(MOUNT, '') ?? null },
  };
}

/** runc's own folder, and those that docker and containerd give it, with a folder for each namespace. */
const runcFolders = (host: Host): string[] => [
  '/run/runc',
  ...['/run/docker/runtime-runc', '/run/containerd/runc'].flatMap((folder) =>
    host.names(folder).map((namespace) => `${folder}/${namespace}`),
  ),
];

export const runc: RuntimeFiles = (host) =>
  runcFolders(host).flatMap((folder) =>
    host.names(folder).flatMap((id) => stateOf(`${folder}/${id}/state.json`, host) ?? []),
  );
