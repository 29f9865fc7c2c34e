// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync } from 'node:fs';

/** Null where the file is gone, or may not be looked at. */
export function ifThere<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** The folders in /proc of all processes, this one first. */
export const processFolders = (): string[] => [
  '/proc/self',
  ...readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => `/proc/${pid}`),
];
