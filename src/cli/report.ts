import { writeSync } from 'node:fs';
import { EXIT, IpftError } from '../core/errors.js';

/** Prints an error: message and remedy for those ipft expects, the full stack for a bug. Returns the exit code. */
export async function report(error: unknown, verbose: boolean): Promise<number> {
  const { chalkFor } = await import('../run/colors.js');
  const chalk = chalkFor('stderr');
  if (!(error instanceof IpftError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    print(`${chalk.red('ipft: this is a bug:')} ${stack}\n`);
    return EXIT.bug;
  }
  const lines = [
    `${chalk.red('ipft:')} ${error.message}`,
    ...error.details(verbose).map((line) => `  ${line}`),
  ];
  if (error.remedy !== undefined) lines.push(`${chalk.cyan('Try:')} ${error.remedy}`);
  print(`${lines.join('\n')}\n`);
  return error.exitCode;
}

/** At once, since the process may be about to exit; a stderr that takes nothing is no reason to fail. */
function print(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    process.stderr.write(text);
  }
}
