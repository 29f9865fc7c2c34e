// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { statSync } from 'node:fs';
import { generateOnce, UNREADABLE } from '../codegen/once.js';
import { EnvironmentError, isSystemError } from '../core/errors.js';
import type { ResolvedPath } from '../core/field-path.js';
import { processId, type PidNamespace } from '../core/process-id.js';
import type { Addon } from '../native/types.js';
import { resolvePath } from './resolve-path.js';
import { native } from '../native/call.js';
import { skbLayout } from './skb-layout.js';

const FILE = '/proc/self/ns/pid';
/** Inode of the initial pid namespace: PROC_PID_INIT_INO of include/linux/proc_ns.h. */
const INITIAL = 0xeffffffc;

function inode(): number {
  try {
    return statSync(FILE).ino;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new EnvironmentError(
      `${FILE} cannot be read (${error.code}), so it is unknown to which pid namespace process ids refer`,
      'mount -t proc proc /proc',
    );
  }
}

/**
 * Depth of this process' pid namespace. User space has no way to ask for it, so a BPF program reads it in the
 * kernel.
 */
function ownLevel(addon: Addon): number {
  const code = generateOnce(resolvePath(addon, 'task->thread_pid->level'), skbLayout(addon));
  const level = native('reading the level of the pid namespace', () => addon.runOnce(code));
  if (level === UNREADABLE) throw new Error('a process without a struct pid');
  return level;
}

/** The pid namespace of this process; null: the initial one. */
export function pidNamespace(addon: Addon): PidNamespace | null {
  const own = inode();
  return own === INITIAL ? null : { inode: own, level: ownLevel(addon) };
}

/** How to read the current process' id in that namespace; processes outside of it have none. */
export function resolveProcessId(addon: Addon): ResolvedPath {
  const { path, requires } = processId(pidNamespace(addon));
  return {
    ...resolvePath(addon, path),
    requires: requires.map((each) => ({ ...each, path: resolvePath(addon, each.path) })),
  };
}
