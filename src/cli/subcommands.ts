// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Argument, type Command } from 'commander';
import { LINE_KINDS } from '../core/options.js';
import { createCommand } from './command.js';
import { COMPLETION_SCRIPTS } from './completion/scripts.js';

/** `ipft doctor` */
function createDoctor(write: (text: string) => void): Command {
  return createCommand('ipft doctor', write)
    .usage('[--json]')
    .description('Tells what this machine lets ipft trace, and what stands in the way. Exit code 3: nothing.')
    .option('--json', 'as a JSON object');
}

/** `ipft fields` */
function createFields(write: (text: string) => void): Command {
  return createCommand('ipft fields', write)
    .usage('[PATH] [--json]')
    .description(
      "Shows what can be printed on this kernel: what there is to begin with, or the members of a path ('skb->dev') or struct (net_device).",
    )
    .argument('[PATH]', 'a path, or the name of a struct')
    .option('--json', 'a JSON object a line');
}

/** `ipft schema` */
function createSchema(write: (text: string) => void): Command {
  return createCommand('ipft schema', write)
    .usage(`[${LINE_KINDS.join('|')}]`)
    .description('Prints JSON Schema (draft 2020-12) of the lines of -o json, or of one kind of them.')
    .addArgument(new Argument('[kind]', 'a kind of lines').choices(LINE_KINDS));
}

/** `ipft completion` */
function createCompletion(write: (text: string) => void): Command {
  const shells = [...COMPLETION_SCRIPTS.keys()];
  return createCommand('ipft completion', write)
    .usage(shells.join('|'))
    .description(
      'Prints a script that completes the words of ipft in a shell, for example: source <(ipft completion bash)',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(shells));
}

/** What stands in the place of a trace's options, by its first word. */
export const SUBCOMMANDS: ReadonlyMap<string, (write: (text: string) => void) => Command> = new Map([
  ['doctor', createDoctor],
  ['fields', createFields],
  ['schema', createSchema],
  ['completion', createCompletion],
]);
