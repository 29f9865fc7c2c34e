// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Command, Option } from 'commander';
import { createProgram } from '../program.js';
import { SUBCOMMANDS } from '../subcommands/index.js';
import { valuesOf, type Candidate, type Values } from './completer.js';

/** What a shell is to offer for a word: candidates, the names of files, or what another command's words may be. */
export type Completion =
  | { readonly kind: 'values'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'files' }
  /** `at`: the place of the other command among the words, from 0 */
  | { readonly kind: 'command'; readonly at: number };

const silent = (): void => undefined;
const takesValue = (option: Option): boolean => option.required || option.optional;

/** Every option of a command, --help and --version included. */
const optionsOf = (command: Command): readonly Option[] => command.createHelp().visibleOptions(command);

const optionNamed = (command: Command, flag: string): Option | undefined =>
  optionsOf(command).find(({ long, short }) => flag !== '' && (flag === long || flag === short));

const beginning = (candidates: readonly Candidate[], word: string): readonly Candidate[] =>
  candidates.filter(({ value }) => value.startsWith(word));

/** `prefix`: what stands before the value in the same word, `--output=` */
async function ofValues(values: Values | undefined, word: string, prefix = ''): Promise<Completion> {
  if (values === 'files') return { kind: 'files' };
  const candidates = beginning((await values?.(word)) ?? [], word);
  const whole = candidates.map(({ value, description }) => ({ value: prefix + value, description }));
  return { kind: 'values', candidates: whole };
}

function ofOptions(command: Command, word: string): Candidate[] {
  const flags = optionsOf(command).map((option) => {
    const { long, short, description } = option;
    return { value: long ?? short ?? '', description };
  });
  return beginning(flags, word).map(({ value, description }) => ({ value, description }));
}

/** The values of the argument that a subcommand takes. */
const ofArgument = (command: Command): Candidate[] =>
  (command.registeredArguments[0]?.argChoices ?? []).map((value) => ({ value, description: '' }));

/** True for a command whose arguments are files. */
const takesFiles = (command: Command): boolean => command.registeredArguments[0]?.name() === 'file';

async function ofCommand(command: Command, before: readonly string[], word: string): Promise<Completion> {
  const assignment = /^(--[^=]+)=(.*)$/s.exec(word);
  if (assignment !== null) {
    const [, flag = '', value = ''] = assignment;
    const option = optionNamed(command, flag);
    return ofValues(option && valuesOf(option), value, `${flag}=`);
  }
  const option = optionNamed(command, before.at(-1) ?? '');
  if (option !== undefined && takesValue(option)) return ofValues(valuesOf(option), word);
  if (takesFiles(command) && !word.startsWith('-')) return { kind: 'files' };
  const candidates = [...beginning(ofArgument(command), word), ...ofOptions(command, word)];
  return { kind: 'values', candidates };
}

/** Completes the last of the words after `ipft`, which may be empty. */
export async function complete(words: readonly string[]): Promise<Completion> {
  const [first = ''] = words;
  const word = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const subcommand = before.length > 0 ? SUBCOMMANDS.get(first) : undefined;
  const separator = before.indexOf('--');
  if (separator >= 0 && subcommand?.takesCommand !== false) return { kind: 'command', at: separator + 1 };
  if (subcommand !== undefined) return ofCommand(subcommand.create(silent), before.slice(1), word);
  const completion = await ofCommand(createProgram('', silent), before, word);
  if (before.length > 0 || completion.kind !== 'values') return completion;
  return { kind: 'values', candidates: [...beginning(subcommands(), word), ...completion.candidates] };
}

const subcommands = (): Candidate[] =>
  [...SUBCOMMANDS.values()].map(({ name, create }) => ({
    value: name,
    description: create(silent).description(),
  }));

/** What the shells' scripts read: a line that says what is to be offered, then a line for each candidate, `value\tdescription`. */
export function completionText(completion: Completion): string {
  if (completion.kind === 'files') return ':files\n';
  if (completion.kind === 'command') return `:command ${completion.at}\n`;
  const lines = completion.candidates.map(({ value, description }) => `${value}\t${description}\n`);
  return `:values\n${lines.join('')}`;
}
