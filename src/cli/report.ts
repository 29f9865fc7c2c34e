// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { writeSync } from 'node:fs';
import type { ChalkInstance } from 'chalk';
import { EXIT, isIpftError } from '../core/errors.js';

/** An error as ipft prints it (message and remedy for those it expects, the full stack for a bug), and its exit code. */
export function described(
  error: unknown,
  verbose: boolean,
  chalk: ChalkInstance,
): { readonly text: string; readonly code: number } {
  if (!isIpftError(error)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { text: `${chalk.red('ipft: this is a bug:')} ${stack}\n`, code: EXIT.bug };
  }
  const lines = [
    `${chalk.red('ipft:')} ${error.message}`,
    ...error.details(verbose).map((line) => `  ${line}`),
  ];
  if (error.remedy !== undefined) lines.push(`${chalk.cyan('Try:')} ${error.remedy}`);
  return { text: `${lines.join('\n')}\n`, code: error.exitCode };
}

/** Prints an error on stderr. Returns the exit code. */
export async function report(error: unknown, verbose: boolean): Promise<number> {
  const { chalkFor } = await import('../terminal/colors.js');
  const { text, code } = described(error, verbose, chalkFor('stderr'));
  print(text);
  return code;
}

/** At once, since the process may be about to exit; a stderr that takes nothing is no reason to fail. */
function print(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    process.stderr.write(text);
  }
}
