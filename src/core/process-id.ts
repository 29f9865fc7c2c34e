// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** A pid namespace that is not the initial one. */
export interface PidNamespace {
  /** nesting depth below the initial namespace */
  readonly level: number;
  readonly inode: number;
}

/**
 * How to read the current process' id in a pid namespace: the value of `path`, provided that all of
 * `requires` hold.
 */
export interface ProcessId {
  readonly path: string;
  readonly requires: readonly Requirement<string>[];
}

/** A condition on an unsigned number of 4 bytes in kernel memory. */
export interface Requirement<Path> {
  readonly path: Path;
  readonly comparison: '==' | '>=';
  readonly value: number;
}

/** The struct pid of the current process, which is that of its first thread. */
const PID = 'task->group_leader->thread_pid';

/**
 * Follows the kernel's task_tgid_nr_ns(). A process has an id in its own pid namespace and in each enclosing
 * one; task->tgid is the one in the initial namespace.
 * @param namespace null: the initial one
 */
export function processId(namespace: PidNamespace | null): ProcessId {
  if (namespace === null) return { path: 'task->tgid', requires: [] };
  const { level, inode } = namespace;
  const id = `${PID}->numbers[${level}]`;
  return {
    path: `${id}.nr`,
    requires: [
      // `numbers` has only `level` + 1 elements; reading further would read unrelated memory.
      { path: `${PID}->level`, comparison: '>=', value: level },
      { path: `${id}.ns->ns.inum`, comparison: '==', value: inode },
    ],
  };
}
