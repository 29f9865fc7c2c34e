// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';

/**
 * True if this process' group is the terminal's foreground group, so that Ctrl-C reaches all its processes.
 */
export function isForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // After the name, which is in parentheses: state, parent, process group, session, terminal, foreground
  // group.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group === foreground;
}
