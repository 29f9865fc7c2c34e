// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * What /proc has of a process; null if it has ended, or if the /proc that is mounted is another pid namespace's, where the id
 * is another process'.
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
