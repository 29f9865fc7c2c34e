// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';

/**
 * Names of the devices in the network namespace of a process. `folder`: that of the process in /proc. Throws what
 * reading does.
 */
export const deviceNamesOf = (folder: string): string[] =>
  [...readFileSync(`${folder}/net/dev`, 'utf8').matchAll(/^ *([^\s:]+):/gm)].map(([, name = '']) => name);
