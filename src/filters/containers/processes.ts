// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Host } from './host.js';

/** The ids of most runtimes; crun, runc and ctr take what they are given. */
export const FULL_ID = /^[0-9a-f]{64}$/;

/** docker-ID.scope, libpod-ID.scope, cri-containerd-ID.scope, crio-ID.scope; ID; system.slice:docker:ID */
const OF_CONTAINER = /(?:^|[-:])([0-9a-f]{64})(?:\.scope)?$/;
/** libpod-conmon-ID.scope and crio-conmon-ID.scope: what watches the container, outside of it. */
const MONITOR = '-conmon-';

/** A process by its cgroups. */
export interface HostProcess {
  readonly pid: number;
  /** its cgroup of version 2; null: there is no such hierarchy */
  readonly unified: string | null;
  /** its cgroups of version 1 */
  readonly legacy: readonly string[];
}

/** True if a component of a cgroup's path is that of the container. */
const isOf = (component: string, id: string): boolean =>
  !component.includes(MONITOR) &&
  [id, `${id}.scope`].some(
    (end) => component === end || [`-${end}`, `:${end}`].some((tail) => component.endsWith(tail)),
  );

/** The path down to the last component that is the container's: podman and systemd make cgroups below it. null: there is none. */
export function cgroupIn(path: string, id: string): string | null {
  const components = path.split('/');
  const last = components.findLastIndex((component) => isOf(component, id));
  return last < 0 ? null : components.slice(0, last + 1).join('/');
}

const pathsOf = ({ unified, legacy }: HostProcess): readonly string[] =>
  unified === null ? legacy : [unified, ...legacy];

/** True if the process is in a cgroup of the container, of either version. */
export const isInContainer = (process: HostProcess, id: string): boolean =>
  pathsOf(process).some((path) => cgroupIn(path, id) !== null);

/** The containers that the process is in, one within another. */
export function containersOf(process: HostProcess): string[] {
  const components = pathsOf(process).flatMap((path) => path.split('/'));
  return components.flatMap((component) => {
    const [, id] = component.includes(MONITOR) ? [] : (OF_CONTAINER.exec(component) ?? []);
    return id === undefined ? [] : [id];
  });
}

/** A process by /proc/PID/cgroup; null: it has ended. */
export function processOf(pid: number, host: Host): HostProcess | null {
  const text = host.text(`/proc/${pid}/cgroup`);
  if (text === null) return null;
  // HIERARCHY:CONTROLLERS:PATH; the hierarchy of version 2 is 0
  const lines = [...text.matchAll(/^(\d+):[^:]*:(.*)$/gm)].map(([, hierarchy, path = '']) => ({
    hierarchy,
    path,
  }));
  const unified = lines.find(({ hierarchy }) => hierarchy === '0')?.path ?? null;
  return { pid, unified, legacy: lines.filter(({ hierarchy }) => hierarchy !== '0').map(({ path }) => path) };
}

export const processesOf = (host: Host): HostProcess[] =>
  host
    .names('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => processOf(Number(pid), host) ?? []);

/** When the process was started: field 22 of /proc/PID/stat, whose second one is a name in parentheses. null: it has ended. */
export function startOf(pid: number, host: Host): number | null {
  const fields = host.text(`/proc/${pid}/stat`)?.replace(/^.*\)/s, '').trim().split(' ');
  const start = fields?.[22 - 3];
  return start === undefined ? null : Number(start);
}
