// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { membersOf, numberOf } from './host.js';
import { namesOf, type RuntimeFiles } from './record.js';

const FOLDER = '/var/lib/docker/containers';

/** Docker's own files: ID/config.v2.json, where names begin with a slash (type Container of moby's daemon/container). */
export const docker: RuntimeFiles = (host) =>
  host.names(FOLDER).flatMap((id) => {
    const { Name: name, State: state } = membersOf(host.json(`${FOLDER}/${id}/config.v2.json`));
    if (typeof name !== 'string') return [];
    const { Pid: pid } = membersOf(state);
    return [{ id, names: namesOf(name.replace(/^\//, '')), pid: numberOf(pid), started: null, cgroup: null }];
  });
