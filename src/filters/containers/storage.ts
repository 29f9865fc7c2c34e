// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { membersOf, type Host } from './host.js';
import { namesOf, type ContainerRecord, type RuntimeFiles } from './record.js';

/** The second one has the containers of a transient store. */
const FOLDERS = ['/var/lib/containers/storage', '/run/containers/storage'];

/** volatile-: what is gone after a restart, such as containers of podman run --rm. */
const LISTS = ['containers.json', 'volatile-containers.json'];

function listed(file: string, host: Host): ContainerRecord[] {
  const containers = host.json(file);
  return (Array.isArray(containers) ? containers : []).flatMap((container) => {
    const { id, names } = membersOf(container);
    if (typeof id !== 'string') return [];
    const given = (Array.isArray(names) ? names : []).filter((name) => typeof name === 'string');
    return [{ id, names: given.flatMap(namesOf), pid: null, started: null, cgroup: null }];
  });
}

/** The lists of containers of podman and CRI-O (containers/storage), in a folder for each storage driver. */
export const storage: RuntimeFiles = (host) =>
  FOLDERS.flatMap((folder) => {
    const drivers = host.names(folder).filter((name) => name.endsWith('-containers'));
    return drivers.flatMap((driver) => LISTS.flatMap((list) => listed(`${folder}/${driver}/${list}`, host)));
  });
