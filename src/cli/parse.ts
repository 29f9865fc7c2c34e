// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { CommanderError, type Command } from 'commander';
import { UsageError } from '../core/errors.js';
import { TRACE_DEFAULTS, type CommandOptions, type ListOptions } from '../core/options.js';
import { skeleton } from '../core/skeletons.js';
import { checkTogether, commandOptions } from './command-options.js';
import type { Flags } from './flags.js';
import { createProgram } from './program.js';
import { SUBCOMMANDS } from './subcommands/index.js';

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'versions' }
  | { readonly kind: 'complete'; readonly words: readonly string[] }
  | { readonly kind: 'list'; readonly options: ListOptions }
  | { readonly kind: 'subcommand'; readonly name: string; readonly options: object }
  | { readonly kind: 'trace'; readonly options: CommandOptions };

/** commander's messages start with `error: ` and may have a suggestion in brackets on a second line. */
function usageError(error: CommanderError, name: string): UsageError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const remedy =
    suggestion === undefined ? `${name} --help` : `${suggestion.replace(/^\(|\)$/g, '')} See ${name} --help`;
  return new UsageError(message, remedy);
}

/** A word that is neither an option nor the value of one. */
function excess(command: Command): UsageError {
  const word = command.args[command.registeredArguments.length] ?? '';
  const remedy =
    command.name() === 'ipft'
      ? `a command to trace goes after --: ipft -m 1 -- ${word}; ${[...SUBCOMMANDS.keys()].join(', ')} come first of all, without options`
      : `${command.name()} --help`;
  return new UsageError(`unexpected argument '${word}'`, remedy);
}

function listRequest(flags: Flags, command: readonly string[] | undefined): Request {
  if (
    command !== undefined ||
    flags.outputFile !== undefined ||
    flags.also !== undefined ||
    flags.write !== undefined
  )
    throw new UsageError(
      '--list: it does not trace, and writes to stdout',
      'leave the command, --output-file, --also and --write out',
    );
  if (flags.output !== 'json' && flags.output !== TRACE_DEFAULTS.output)
    throw new UsageError(`--list: it has no output ${flags.output}`, '--list -o json, or without -o');
  if (flags.drops === true)
    throw new UsageError('--list: it lists functions, not drops', 'leave --drops out');
  if ((flags.check ?? []).length > 0)
    throw new UsageError('--list: it lists functions, and checks no packets', 'leave --check out');
  const selection = { function: flags.regex, module: flags.moduleRegex };
  const { backend, btf } = flags;
  return { kind: 'list', options: { backend, btf, selection, json: flags.output === 'json' } };
}

function requestOf(flags: Flags, command: readonly string[] | undefined): Request {
  checkTogether(flags);
  if (flags.gen !== undefined) return { kind: 'text', text: skeleton(flags.gen) };
  if (flags.list === true) return listRequest(flags, command);
  return { kind: 'trace', options: commandOptions(flags, command) };
}

/** The words before `--`, and the command after it, if there is one. */
function splitCommand(argv: readonly string[]): { words: readonly string[]; command?: readonly string[] } {
  const at = argv.indexOf('--');
  if (at < 0) return { words: argv };
  const command = argv.slice(at + 1);
  if (command.length === 0)
    throw new UsageError('no command after --', 'ipft -m 1 -- curl http://10.0.0.10/');
  return { words: argv.slice(0, at), command };
}

const isVerbose = (word: string): boolean => word === '-v' || word === '--verbose';

/** Lets a command take its words. Returns what it has to say, if that was asked for, or null. */
function parse(command: Command, words: readonly string[], said: () => string): Request | null {
  try {
    command.parse(words, { from: 'user' });
    return null;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.version' && words.some(isVerbose)) return { kind: 'versions' };
    if (error.exitCode === 0) return { kind: 'text', text: said() };
    if (error.code === 'commander.excessArguments') throw excess(command);
    throw usageError(error, command.name());
  }
}

/** Reads the command line, without the program's name. Throws a UsageError for anything it does not take. */
export function parseCommandLine(argv: readonly string[], version: string): Request {
  let text = '';
  const write = (part: string): void => void (text += part);
  const [name = ''] = argv;
  // What the scripts of `ipft completion` ask.
  if (name === 'complete' && argv[1] === '--') return { kind: 'complete', words: argv.slice(2) };
  const subcommand = SUBCOMMANDS.get(name);
  const own = subcommand === undefined ? argv : argv.slice(1);
  const { words, command } = subcommand?.takesCommand === false ? { words: own } : splitCommand(own);
  const program = subcommand?.create(write) ?? createProgram(version, write);
  const said = parse(program, words, () => text);
  if (said !== null) return said;
  if (subcommand === undefined) return requestOf(program.opts<Flags>(), command);
  return { kind: 'subcommand', name, options: subcommand.options(program, command) };
}
