// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { resolve } from 'node:path';
import { CommanderError, Option, type Command } from 'commander';
import { UsageError } from '../core/errors.js';
import { checks } from '../checks/index.js';
import { TRACE_DEFAULTS, type CommandOptions, type ListOptions, type TraceOptions } from '../core/options.js';
import { filters } from '../filters/index.js';
import { checkDrops, checkFiles } from '../outputs/together.js';
import { FOLLOW_ALL, type Follow } from '../core/relation.js';
import { skeleton } from '../core/skeletons.js';
import { tracers } from '../core/tracer.js';
import { HOW_TO_MARK } from './help.js';
import type { Flags, OwnFlags, SameFlags } from './flags.js';
import { createProgram } from './program.js';
import { SUBCOMMANDS } from './subcommands/index.js';

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'complete'; readonly words: readonly string[] }
  | { readonly kind: 'list'; readonly options: ListOptions }
  | { readonly kind: 'subcommand'; readonly name: string; readonly options: object }
  | { readonly kind: 'trace'; readonly options: CommandOptions };

/** commander's messages start with `error: ` and may have a suggestion in brackets on a second line. */
function usageError(error: CommanderError): UsageError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const remedy =
    suggestion === undefined ? 'ipft --help' : `${suggestion.replace(/^\(|\)$/g, '')} See ipft --help`;
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

/** What is followed; undefined: nothing is said about it. */
function followOf({ follow, family, replies }: Flags): readonly Follow[] | undefined {
  if (replies === true)
    return [...new Set<Follow>([...(follow === false ? [] : (follow ?? FOLLOW_ALL)), 'replies'])];
  return follow === false ? [] : (follow ?? (family === true ? FOLLOW_ALL : undefined));
}

/** `shown`: all outputs of the trace. */
function checkFamily(flags: Flags, shown: readonly string[]): void {
  const { drops, list, tracer } = flags;
  if (list === true) throw new UsageError('--list: it lists functions, not families', 'leave --family out');
  if (!shown.includes('aggregate'))
    throw new UsageError('--family: only -o aggregate shows families', '-o aggregate');
  if (followOf(flags)?.length === 0)
    throw new UsageError('--family: with --follow none no packet has a family', '--follow all');
  if (drops === true) throw new UsageError('--family: it does not go with --drops', 'one of the two');
  if (tracers.get(tracer)?.returns === true)
    throw new UsageError(`--family: it does not go with --tracer ${tracer}`, '--tracer function');
}

/** What is checked: with --family everything, unless --check says otherwise. */
const checksOf = ({ check, family }: Flags): readonly string[] | undefined =>
  check ?? (family === true ? [...checks.keys()] : undefined);

/** Flags that mean nothing without another one. */
function checkTogether(flags: Flags): void {
  const { outputFile, readyFile, rotate, rotateKeep, inner, filter, drops, list, eventsOnly } = flags;
  const shown = [flags.output, ...(flags.also ?? []).map(({ output }) => output)];
  if (drops === true && list !== true) checkDrops(shown);
  if (eventsOnly === true && (!shown.includes('json') || list === true))
    throw new UsageError('--events-only: it requires a trace with -o json', '-o json, without --list');
  if (flags.family === true) checkFamily(flags, shown);
  if (readyFile !== undefined && outputFile !== undefined && resolve(readyFile) === resolve(outputFile))
    throw new UsageError(`--ready-file: ${readyFile} is the --output-file`, 'another --ready-file');
  if (flags.failOnCheck === true && (checksOf(flags) ?? []).length === 0)
    throw new UsageError('--fail-on-check: nothing is checked', '--check gso');
  checkFiles(flags.also ?? [], [outputFile, readyFile]);
  if (rotate !== undefined && outputFile === undefined)
    throw new UsageError('--rotate: there is no file to rotate', '--output-file PATH');
  if (inner === true && filter === undefined)
    throw new UsageError('--inner: there is no --filter', "--filter 'tcp port 80' --inner");
  if (rotateKeep !== undefined && rotate === undefined)
    throw new UsageError('--rotate-keep: no files are rotated', '--rotate 100MB');
}

function listRequest(flags: Flags, command: readonly string[] | undefined): Request {
  if (command !== undefined || flags.outputFile !== undefined || flags.also !== undefined)
    throw new UsageError(
      '--list: it does not trace, and writes to stdout',
      'leave the command, --output-file and --also out',
    );
  if (flags.output !== 'json' && flags.output !== TRACE_DEFAULTS.output)
    throw new UsageError(`--list: it has no output ${flags.output}`, '--list -o json, or without -o');
  if (flags.drops === true)
    throw new UsageError('--list: it lists functions, not drops', 'leave --drops out');
  if ((flags.check ?? []).length > 0)
    throw new UsageError('--list: it lists functions, and checks no packets', 'leave --check out');
  const selection = { function: flags.regex, module: flags.moduleRegex };
  return { kind: 'list', options: { backend: flags.backend, selection, json: flags.output === 'json' } };
}

function extensionPaths({ extension = [], script = [] }: Flags): readonly string[] | undefined {
  const paths = [...extension, ...script];
  return paths.length === 0 ? undefined : paths;
}

/** `--mask` is undefined unless it is on the command line. */
function markOptions({ mark, mask }: Flags): Pick<TraceOptions, 'mark' | 'mask'> {
  if (mark?.mask !== undefined && mask !== undefined)
    throw new UsageError('--mark has a mask already, after its slash', 'leave --mask out');
  const everyPacket = mask === 0 ? 0 : undefined;
  return { mark: mark?.value ?? everyPacket, mask: mark?.mask ?? mask ?? TRACE_DEFAULTS.mask };
}

/** Filters' ids by the names that commander gives their flags. */
const FILTER_FLAGS: ReadonlyMap<string, string> = new Map(
  [...filters.keys()].map((id) => [new Option(`--${id} <value>`).attributeName(), id]),
);

/** Which packets to trace. */
function packetOptions(
  flags: Flags,
): Pick<TraceOptions, 'mark' | 'mask' | 'filter' | 'inner' | 'where' | 'filters'> {
  const { filter, inner, where, extension, script } = flags;
  const { mark, mask } = markOptions(flags);
  const values = Object.entries(flags).flatMap(([name, value]): [string, string][] => {
    const id = FILTER_FLAGS.get(name);
    return id !== undefined && typeof value === 'string' ? [[id, value]] : [];
  });
  // An extension may say so itself: that is known when it is loaded.
  const isNamed =
    [mark, filter, where, extension, script].some((given) => given !== undefined) || values.length > 0;
  if (!isNamed)
    throw new UsageError('neither a mark nor a filter given: which packets to trace?', HOW_TO_MARK);
  return { mark, mask, filter, inner, where, filters: Object.fromEntries(values) };
}

/** Flags that are the command's own, and those of filters, which packetOptions() takes. */
const OWN_FLAGS: Readonly<Record<keyof OwnFlags, true>> = {
  mark: true,
  mask: true,
  extension: true,
  script: true,
  gen: true,
  list: true,
  regex: true,
  moduleRegex: true,
  perfPageCount: true,
  perfSamplePeriod: true,
  perfWakeupEvents: true,
  duration: true,
  setRlimit: true,
  enableProbeServer: true,
  follow: true,
  replies: true,
  probeServerPort: true,
};

/** Options that flags of the same names have. */
function sameOptions(flags: Flags): SameFlags {
  const same = Object.entries(flags).filter(([name]) => !(name in OWN_FLAGS) && !FILTER_FLAGS.has(name));
  return Object.fromEntries(same) as unknown as SameFlags;
}

function requestOf(flags: Flags, command: readonly string[] | undefined): Request {
  checkTogether(flags);
  if (flags.gen !== undefined) return { kind: 'text', text: skeleton(flags.gen) };
  if (flags.list === true) return listRequest(flags, command);
  const [asked, followed] = [checksOf(flags), followOf(flags)];
  const options: CommandOptions = {
    ...{ force: false, verbose: false, sample: TRACE_DEFAULTS.sample, failOnLoss: TRACE_DEFAULTS.failOnLoss },
    ...sameOptions(flags),
    ...(followed === undefined ? {} : { follow: followed }),
    ...(asked === undefined ? {} : { check: asked }),
    ...packetOptions(flags),
    extensions: extensionPaths(flags),
    selection: { function: flags.regex, module: flags.moduleRegex },
    pageCount: flags.perfPageCount,
    samplePeriod: flags.perfSamplePeriod,
    wakeupEvents: flags.perfWakeupEvents,
    durationMs: flags.duration,
    setRlimits: flags.setRlimit,
    probeServerPort: flags.enableProbeServer === true ? flags.probeServerPort : undefined,
    command,
  };
  return { kind: 'trace', options };
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

/** Lets a command take its words. Returns what it has to say, if that was asked for, or null. */
function parse(command: Command, words: readonly string[], said: () => string): string | null {
  try {
    command.parse(words, { from: 'user' });
    return null;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return said();
    if (error.code === 'commander.excessArguments') throw excess(command);
    throw usageError(error);
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
  const { words, command } = subcommand === undefined ? splitCommand(argv) : { words: argv.slice(1) };
  const program = subcommand?.create(write) ?? createProgram(version, write);
  const said = parse(program, words, () => text);
  if (said !== null) return { kind: 'text', text: said };
  if (subcommand === undefined) return requestOf(program.opts<Flags>(), command);
  return { kind: 'subcommand', name, options: subcommand.options(program) };
}
