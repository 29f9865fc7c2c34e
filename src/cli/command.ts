// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Command, type Option } from 'commander';

/** A command that neither writes to stderr nor exits by itself. */
export function createCommand(name: string, write: (text: string) => void): Command {
  return new Command(name)
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ helpWidth: 110 })
    .configureOutput({ writeOut: write, writeErr: () => undefined })
    .allowExcessArguments(false)
    .exitOverride();
}

/** The same command, with these options. */
export function withOptions(command: Command, options: readonly Option[]): Command {
  for (const each of options) command.addOption(each);
  return command;
}
