// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EnvironmentError, UsageError } from '../../core/errors.js';
import { printable } from '../../core/printable.js';
import { containersOn, type Container } from './containers.js';
import type { Host } from './host.js';
import { FULL_ID, type HostProcess } from './processes.js';

/** As much of an id as docker ps shows. */
const SHORT = 12;
const PREFIX = new RegExp(`^[0-9a-f]{${SHORT},63}$`);
/** A name that is one word, of what runtimes let names have. */
const PLAIN = /^[\w.+/-]+$/;
/** How many containers a message names. */
const MOST_NAMED = 8;

/** A container whose first process is known. */
export interface RunningContainer extends Container {
  readonly process: HostProcess;
}

export const shortId = (id: string): string => (FULL_ID.test(id) ? id.slice(0, SHORT) : id);

const isRunning = (container: Container): container is RunningContainer => container.process !== null;

/** What --container takes, of the containers that are running: names without what a shell or a terminal would obey. */
export const runningNames = (host: Host): { readonly name: string; readonly id: string }[] =>
  containersOn(host)
    .filter(isRunning)
    .flatMap(({ id, names }) =>
      (names.length > 0 ? names : [shortId(id)])
        .filter((name) => PLAIN.test(name))
        .map((name) => ({ name, id: shortId(id) })),
    );

function listed(texts: readonly string[]): string {
  const further = texts.length - MOST_NAMED;
  const named = texts.slice(0, MOST_NAMED).map(printable);
  return [...named, ...(further > 0 ? [`${further} more`] : [])].join(', ');
}

/** What to try instead. */
function running(containers: readonly Container[], host: Host): string {
  const names = containers.filter(isRunning).map(({ id, names: [name = shortId(id)] }) => name);
  if (names.length > 0) return `a container that is running: ${listed(names.toSorted())}`;
  const { denied } = host;
  return denied.length > 0
    ? `as root: ${listed(denied)} cannot be read`
    : '--netns or --pid: no container is running that docker, podman, CRI-O, containerd, crun or runc has started';
}

function matching(containers: readonly Container[], value: string): readonly Container[] {
  const exact = containers.filter(({ id, names }) => id === value || names.includes(value));
  if (exact.length > 0 || !PREFIX.test(value)) return exact;
  return containers.filter(({ id }) => FULL_ID.test(id) && id.startsWith(value));
}

function ambiguous(value: string, found: readonly RunningContainer[]): UsageError {
  const texts = found.map(({ id, names: [name = id], process }) =>
    FULL_ID.test(id) ? `${shortId(id)} (${name})` : `process ${process.pid}`,
  );
  const [first] = found;
  const distinct = first !== undefined && FULL_ID.test(first.id) && !first.id.startsWith(value);
  return new UsageError(
    `--container ${value}: it fits ${found.length} containers: ${listed(texts)}`,
    distinct ? `--container ${shortId(first.id)}` : `--netns /proc/${first?.process.pid}/ns/net`,
  );
}

/** The running container with this name or id, or the only one whose id begins so. Throws if there is no such one. */
export function findContainer(value: string, host: Host): RunningContainer {
  const all = containersOn(host);
  const found = matching(all, value);
  if (found.length === 0)
    throw new UsageError(`--container ${value}: there is no such container`, running(all, host));
  const [first, ...further] = found.filter(isRunning);
  if (first === undefined)
    throw new EnvironmentError(`--container ${value}: it is not running`, running(all, host));
  if (further.length > 0) throw ambiguous(value, [first, ...further]);
  return first;
}
