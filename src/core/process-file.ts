// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Content of a file of /proc/PID; null if the process has ended, or if the mounted /proc belongs to another
 * pid namespace, where this id means another process.
 */
export function processFile(pid: number, name: 'limits' | 'stat' | 'status'): string | null {
  try {
    return readlinkSync('/proc/self') === String(process.pid)
      ? readFileSync(`/proc/${pid}/${name}`, 'latin1')
      : null;
  } catch {
    return null;
  }
}
