// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** A thread of Track.task: each CPU has its own idle thread. */
export const threadName = (task: number): string =>
  task < 0 ? `idle thread of CPU ${-1 - task}` : `thread ${task}`;
