// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** A pid namespace that is not the initial one. */
export interface PidNamespace {
  /** steps from the initial one */
  readonly level: number;
  readonly inode: number;
}

/** What the id of a process in a namespace is, for the task that runs: the value of `path` where all of `requires` hold. */
export interface ProcessId {
  readonly path: string;
  readonly requires: readonly Requirement<string>[];
}

/** A number of 4 bytes in the kernel, without a sign, that must be so. */
export interface Requirement<Path> {
  readonly path: Path;
  readonly comparison: '==' | '>=';
  readonly value: number;
}

/** The struct pid of the process: that of its first thread. */
const PID = 'task->group_leader->thread_pid';

/**
 * As the kernel's task_tgid_nr_ns() finds it. A process has an id in its own namespace and in each of those around it, up to the
 * initial one, whose is in the task, too.
 * @param namespace null: the initial one
 */
export function processId(namespace: PidNamespace | null): ProcessId {
  if (namespace === null) return { path: 'task->tgid', requires: [] };
  const { level, inode } = namespace;
  const id = `${PID}->numbers[${level}]`;
  return {
    path: `${id}.nr`,
    requires: [
      // There are no further numbers: what is behind them is another one's memory.
      { path: `${PID}->level`, comparison: '>=', value: level },
      { path: `${id}.ns->ns.inum`, comparison: '==', value: inode },
    ],
  };
}
