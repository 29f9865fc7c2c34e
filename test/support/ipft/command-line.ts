// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { parseCommandLine, type Request } from '../../../src/cli/parse.js';
import { UsageError } from '../../../src/core/errors.js';

/** What the command line asks for. */
export const parse = (...argv: string[]): Request => parseCommandLine(argv, '1.2.3');

/** The error with which the command line is refused. */
export function usageError(...argv: string[]): UsageError {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`accepted: ${argv.join(' ')}`);
}
