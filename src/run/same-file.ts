// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { statSync } from 'node:fs';
import { STDOUT } from '../core/options.js';

/** True if both paths lead to the same file. `-`, stdin or stdout, is no file. */
export function isSameFile(path: string, other: string): boolean {
  if (path === STDOUT || other === STDOUT) return false;
  const [one, two] = [path, other].map((each) => statSync(each, { throwIfNoEntry: false }));
  return one !== undefined && one.ino === two?.ino && one.dev === two.dev;
}
