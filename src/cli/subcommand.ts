// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Command } from 'commander';

/** What stands in the place of a trace's options: one file in subcommands/. `Options`: what its words ask for. */
export interface Subcommand<Options extends object = object> {
  /** first word of the command line */
  readonly name: string;
  /** its other words, as the help of ipft itself shows them */
  readonly usage: string;
  /** Its words and its help; `write` gets what --help prints. */
  readonly create: (write: (text: string) => void) => Command;
  /** true if a command to trace may follow after `--` */
  readonly takesCommand: boolean;
  /** What a command that has taken its words asks for; `traced`: the words after `--`. */
  readonly options: (command: Command, traced?: readonly string[]) => Options;
  /** Does it, and returns the exit code. Loads the code for it. */
  readonly run: (options: Options) => Promise<number>;
}
