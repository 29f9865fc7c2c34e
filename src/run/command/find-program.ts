// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, isSystemError } from '../../core/errors.js';

/** Why a file cannot be executed, as the name of an errno; null if it can. */
function obstacle(path: string): string | null {
  try {
    if (statSync(path).isDirectory()) return 'EISDIR';
    accessSync(path, constants.X_OK);
    return null;
  } catch (error) {
    return isSystemError(error) ? error.code : String(error);
  }
}

const ABSENT = ['ENOENT', 'ENOTDIR'];

/**
 * Finds a program like the user's shell: a name without a slash in $PATH. Throws a CommandError with a
 * shell's exit code if it cannot be executed, so that this is reported before anything is attached.
 */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string {
  const isPath = name.includes('/');
  const candidates = isPath ? [name] : path.split(':').map((folder) => join(folder || '.', name));
  let refused: string | null = null;
  for (const candidate of name === '' ? [] : candidates) {
    const problem = obstacle(candidate);
    if (problem === null) return candidate;
    if (!ABSENT.includes(problem)) refused ??= `${candidate} cannot be executed (${problem})`;
  }
  if (refused !== null) throw new CommandError('not executable', refused, 'chmod +x, or another command');
  const where = isPath ? '' : ' in $PATH';
  throw new CommandError('not found', `the command '${name}' was not found${where}`, 'its path after `--`');
}
