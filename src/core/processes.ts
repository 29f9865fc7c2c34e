// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync } from 'node:fs';

/** Null if the file does not exist, or access is denied. */
export function ifThere<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** /proc folders of all processes, this one's first. */
export const processFolders = (): string[] => [
  '/proc/self',
  ...readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => `/proc/${pid}`),
];
