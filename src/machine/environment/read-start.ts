// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { closeSync, openSync, readSync } from 'node:fs';
import { isSystemError } from '../../core/errors.js';

/** Returns the first `bytes` bytes of a file; throws errors with `code` like node:fs. Tests replace it. */
export type ReadStart = (path: string, bytes: number) => string;

export const readStart: ReadStart = (path, bytes) => {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, bytes, 0));
  } finally {
    closeSync(fd);
  }
};

/** The error code with which a file cannot be read; null if it can. */
export function refusal(read: ReadStart, path: string): string | null {
  try {
    read(path, 1);
    return null;
  } catch (error) {
    if (isSystemError(error)) return error.code;
    throw error;
  }
}

/** The start of a file; null if it cannot be read. */
export function textOrNull(read: ReadStart, path: string): string | null {
  return refusal(read, path) === null ? read(path, 4096).trim() : null;
}
