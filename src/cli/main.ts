// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../core/package-root.js';
import { report } from './report.js';
import { complete, completionText } from './completion/complete.js';
import { parseCommandLine, type Request } from './parse.js';

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return String((manifest as { version: unknown }).version);
}

async function perform(request: Request): Promise<number> {
  const run = await import('../run/subcommands.js');
  switch (request.kind) {
    case 'text':
      return run.printText(request.text);
    case 'complete':
      return run.printText(completionText(await complete(request.words)));
    case 'list':
      return run.listCommand(request.options);
    case 'doctor':
      return run.doctorCommand(request.options);
    case 'fields':
      return run.fieldsCommand(request.options);
    case 'schema':
      return run.schemaCommand(request.options);
    case 'trace':
      return run.traceCommand(request.options);
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
    verbose = request.kind === 'trace' && request.options.verbose;
    const code = await perform(request);
    process.exit(code);
  } catch (error) {
    return await fail(error);
  }
}
