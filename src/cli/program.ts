// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Command } from 'commander';
import { createCommand, withOptions } from './command.js';
import { familyOptions } from './family-options.js';
import { MORE_HELP } from './help.js';
import { subcommandUsages } from './subcommands/index.js';
import { limitOptions, outputOptions, selectionOptions, systemOptions } from './trace-options.js';

/** `ipft` itself: every option that it has. `write` gets what --help and --version print. */
export function createProgram(version: string, write: (text: string) => void): Command {
  const program = createCommand('ipft', write)
    .usage(['-m MARK [options] [-- COMMAND [ARGUMENT ...]]', ...subcommandUsages()].join('\n       '))
    .description(
      'Shows which kernel functions marked packets go through. `ipft doctor` shows what it can trace on this machine.',
    )
    .version(version, '--version', 'show the version; with -v, of what else is in this ipft, too')
    .addHelpText('after', MORE_HELP);
  const options = [
    ...selectionOptions(),
    ...outputOptions(),
    ...familyOptions(),
    ...limitOptions(),
    ...systemOptions(),
  ];
  return withOptions(program, options);
}
