// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { TRACE_DEFAULTS as DEFAULTS, type ShowOptions } from '../../core/options.js';
import { outputs } from '../../outputs/index.js';
import { createCommand, withOptions } from '../command.js';
import { checkFailOnCheck, checkShown, extensionPaths } from '../command-options.js';
import { checkOptions, familyOption } from '../family-options.js';
import { choice, fileOption } from '../option.js';
import { recordedOf, recordedOptions, type RecordedFlags } from '../recorded-options.js';
import type { Subcommand } from '../subcommand.js';
import { eventsOnlyOption, extensionPathOptions, timeOption } from '../trace-options.js';

interface Flags extends RecordedFlags {
  readonly output: string;
  readonly time?: ShowOptions['time'];
  readonly family?: boolean;
  readonly eventsOnly?: boolean;
  readonly outputFile?: string;
  readonly extension?: readonly string[];
  readonly script?: readonly string[];
  readonly check?: readonly string[];
  readonly failOnCheck?: boolean;
}

export const show: Subcommand<ShowOptions> = {
  name: 'show',
  usage: 'FILE... [options]',
  takesCommand: false,
  create: (write) => {
    const command = createCommand('ipft show', write)
      .usage(show.usage)
      .description('Shows capture files that ipft record has written, as a trace would have shown it.')
      .argument('<file...>', 'capture files; -: stdin');
    const options = [
      choice('-o, --output <output>', outputs, DEFAULTS.output),
      ...recordedOptions(),
      ...extensionPathOptions(),
      familyOption(),
      ...checkOptions(),
      timeOption(),
      eventsOnlyOption(),
      fileOption('--output-file <path>', 'write the results to this file instead of stdout'),
    ];
    return withOptions(command, options);
  },
  options: (command) => {
    const flags = command.opts<Flags>();
    checkShown(flags, [flags.output]);
    checkFailOnCheck(flags);
    return { ...recordedOf(flags), files: command.args, extensions: extensionPaths(flags) };
  },
  run: async (options) => (await import('../../run/show/command.js')).showCommand(options),
};
