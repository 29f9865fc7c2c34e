// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Option, type Command } from 'commander';
import { UsageError } from '../../core/errors.js';
import type { CommandOptions, ShowOptions } from '../../core/options.js';
import { tracers } from '../../core/tracer.js';
import { checkTogether, commandOptions, FILTER_FLAGS } from '../command-options.js';
import { createCommand, withOptions } from '../command.js';
import { followOptions } from '../family-options.js';
import type { Flags } from '../flags.js';
import { option } from '../option.js';
import { partOptions } from '../recorded-options.js';
import { reportId, reportOptions, shownFile, type ReportFlagsGiven } from '../report-options.js';
import type { Subcommand } from '../subcommand.js';
import {
  dropsOption,
  limitOptions,
  selectionOptions,
  systemOptions,
  verboseOption,
} from '../trace-options.js';
import { parseCount } from '../values.js';

/** A report on files, or on a trace of its own. */
type PathsOptions = ShowOptions | CommandOptions;

const FILTERS = ['where', 'filter', 'inner', ...FILTER_FLAGS.keys()];
/** What can be said of files as well as of a trace. */
const COMMON = ['json', 'top', 'full', 'regex', 'moduleRegex', 'drops', 'failOnLoss', ...FILTERS];
const OF_FILES = ['packet', 'since', 'until'];

/** Throws a UsageError for a flag that means nothing here. */
function checkFlags(command: Command, isMeaningless: (name: string) => boolean, why: string): void {
  for (const each of command.options) {
    const name = each.attributeName();
    if (command.getOptionValueSource(name) === 'cli' && isMeaningless(name))
      throw new UsageError(`${each.long ?? name}: ${why}`, 'leave it out');
  }
}

function ofFiles(command: Command, traced: readonly string[] | undefined): PathsOptions {
  if (traced !== undefined)
    throw new UsageError('a command after --, and a file: which of both?', 'ipft paths -m MARK -- COMMAND');
  const isOfTrace = (name: string): boolean => ![...COMMON, ...OF_FILES].includes(name);
  checkFlags(command, isOfTrace, 'it is for a trace, not for a file');
  return shownFile('paths', command.opts<ReportFlagsGiven>(), command.args);
}

/** Throws a UsageError for what --summarize makes no events of. */
function checkSummarize({ summarize, tracer, maxRate, count, why }: Flags): void {
  if (summarize === undefined) return;
  if (tracers.get(tracer)?.returns === true)
    throw new UsageError(`--summarize: it does not go with --tracer ${tracer}`, '--tracer function');
  if (maxRate !== undefined)
    throw new UsageError('--summarize: --max-rate leaves out events, of which it makes none', '--sample');
  if (why !== undefined)
    throw new UsageError('--summarize: --why is about single events, of which it makes none', 'ipft -m');
  if (count !== undefined)
    throw new UsageError('--summarize: --count counts events, of which it makes none', '--duration');
}

/** Of so many packets of each way the functions are kept. */
const summarizeOption = (): Option =>
  option(
    '--summarize [packets]',
    'let the kernel keep the ways, at a fraction of the cost of events: one record per packet, with the functions for the first packets of each way, 2 if no number is given',
    parseCount('--summarize', 1),
  ).preset('2');

function ofTrace(command: Command, traced: readonly string[] | undefined): PathsOptions {
  checkFlags(command, (name) => OF_FILES.includes(name), 'it is for files: ipft paths FILE');
  const { json, top, full = false, ...given } = command.opts<Flags & ReportFlagsGiven>();
  const flags: Flags = { ...given, output: reportId('paths', json) };
  checkTogether(flags);
  checkSummarize(flags);
  return { ...commandOptions(flags, traced), report: { top, full } };
}

export const paths: Subcommand<PathsOptions> = {
  name: 'paths',
  usage: 'FILE... | -m MARK [options] [-- COMMAND [ARGUMENT ...]]',
  takesCommand: true,
  create: (write) => {
    const command = createCommand('ipft paths', write)
      .usage(paths.usage)
      .description(
        'Sorts packets by the ways that they took through the kernel: of capture files, or of a trace when it ends.',
      )
      .argument('[file...]', 'capture files; -: stdin');
    return withOptions(command, [
      ...reportOptions('ways of each kind of packets'),
      new Option(
        '--full',
        'list all functions of the most frequent ways, and all that others have otherwise',
      ),
      summarizeOption(),
      dropsOption(),
      ...partOptions(),
      ...selectionOptions(),
      ...followOptions(),
      ...limitOptions(),
      verboseOption(),
      ...systemOptions(),
    ]);
  },
  options: (command, traced) => (command.args.length > 0 ? ofFiles : ofTrace)(command, traced),
  run: async (options) =>
    'files' in options
      ? (await import('../../run/show/command.js')).showCommand(options)
      : (await import('../../run/trace.js')).traceCommand(options),
};
