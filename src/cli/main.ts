// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EXIT } from '../core/errors.js';
import { version } from '../core/version.js';
import { report } from './report.js';
import { complete, completionText } from './completion/complete.js';
import { parseCommandLine, type Request } from './parse.js';
import { SUBCOMMANDS } from './subcommands/index.js';

const print = async (text: string): Promise<number> => (await import('../run/print-text.js')).printText(text);

async function perform(request: Request): Promise<number> {
  switch (request.kind) {
    case 'text':
      return print(request.text);
    case 'versions':
      return print((await import('../run/versions.js')).versions());
    case 'complete':
      return print(completionText(await complete(request.words)));
    case 'list':
      return (await import('../run/list/command.js')).listCommand(request.options);
    case 'subcommand':
      return SUBCOMMANDS.get(request.name)?.run(request.options) ?? EXIT.bug;
    case 'trace':
      return (await import('../run/trace.js')).traceCommand(request.options);
  }
}

/** Runs the command line `argv` (without the program's name) and exits with its exit code. */
export async function main(argv: readonly string[]): Promise<never> {
  let verbose = false;
  const fail = async (error: unknown): Promise<never> => process.exit(await report(error, verbose));
  const failAtOnce = async (error: unknown): Promise<never> => {
    const { strayFailure } = await import('../extension/failure.js');
    return fail(strayFailure(error) ?? error);
  };
  process.on('uncaughtException', (error) => void failAtOnce(error));
  process.on('unhandledRejection', (error) => void failAtOnce(error));
  // A stderr that is closed or full must not end a trace.
  process.stderr.on('error', () => undefined);
  try {
    const request = parseCommandLine(argv, version());
    if ('options' in request) ({ verbose = false } = request.options as { readonly verbose?: boolean });
    const code = await perform(request);
    process.exit(code);
  } catch (error) {
    return await fail(error);
  }
}
