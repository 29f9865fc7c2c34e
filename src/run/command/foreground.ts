// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';

/** Whether Ctrl-C goes to this process, and so to the others of its group, too: the terminal's foreground is this group. */
export function isForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // Behind the name, which is in parentheses: state, parent, process group, session, terminal, its foreground group.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group === foreground;
}
