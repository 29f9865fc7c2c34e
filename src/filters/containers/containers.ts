// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { addTo } from '../../core/grouped.js';
import { containerd } from './containerd.js';
import { docker } from './docker.js';
import type { Host } from './host.js';
import { crun, runc } from './oci.js';
import {
  cgroupIn,
  containersOf,
  FULL_ID,
  isInContainer,
  processesOf,
  processOf,
  startOf,
  type HostProcess,
} from './processes.js';
import type { ContainerRecord } from './record.js';
import { storage } from './storage.js';

const RUNTIMES = [docker, storage, containerd, crun, runc];

/** A container by all that is known of it. */
export interface Container {
  readonly id: string;
  readonly names: readonly string[];
  readonly records: readonly ContainerRecord[];
  /** its first process; null: it is not running */
  readonly process: HostProcess | null;
}

/** A container's cgroup of version 2; null: it has none of its own. */
export function cgroupOf({ id, records }: Container, { unified }: HostProcess): string | null {
  if (unified === null) return null;
  const named = cgroupIn(unified, id);
  if (named !== null) return named;
  const given = records.map(({ cgroup }) => cgroup).filter((path) => path !== null && path !== '/');
  return given.find((path) => path !== null && `${unified}/`.startsWith(`${path}/`)) ?? null;
}

/**
 * The process that a runtime's files name, if it still is that one: it was started when they say, or is in a cgroup of
 * the container.
 */
function recorded({ id, pid, started }: ContainerRecord, host: Host): HostProcess | null {
  const process = pid === null ? null : processOf(pid, host);
  if (process === null) return null;
  const isSame = started === null ? isInContainer(process, id) : startOf(process.pid, host) === started;
  return isSame ? process : null;
}

/** The one that was started first. */
function firstOf(processes: readonly HostProcess[], host: Host): HostProcess | null {
  const started = processes.map((process) => ({ process, start: startOf(process.pid, host) ?? Infinity }));
  started.sort((a, b) => a.start - b.start || a.process.pid - b.process.pid);
  return started[0]?.process ?? null;
}

/** Records of the same container: ids that are not random are told apart by their processes. */
const keyOf = ({ id, pid }: ContainerRecord): string => (FULL_ID.test(id) ? id : `${id} ${pid}`);

/** The processes in each container, by its id. */
function processesByContainer(host: Host): Map<string, HostProcess[]> {
  const inside = new Map<string, HostProcess[]>();
  for (const process of processesOf(host)) for (const id of containersOf(process)) addTo(inside, id, process);
  return inside;
}

/** The records of each container; of those that no runtime has files of, none. */
function recordsByContainer(ids: Iterable<string>, host: Host): Map<string, ContainerRecord[]> {
  const known = new Map<string, ContainerRecord[]>([...ids].map((id) => [id, []]));
  for (const record of RUNTIMES.flatMap((files) => files(host))) addTo(known, keyOf(record), record);
  return known;
}

/** All containers that processes are in, or that runtimes have files of. */
export function containersOn(host: Host): Container[] {
  const inside = processesByContainer(host);
  return [...recordsByContainer(inside.keys(), host)].map(([key, records]) => {
    const id = records[0]?.id ?? key;
    const named = records.map((record) => recorded(record, host)).find((process) => process !== null);
    const names = [...new Set(records.flatMap((record) => record.names))];
    return { id, names, records, process: named ?? firstOf(inside.get(id) ?? [], host) };
  });
}
