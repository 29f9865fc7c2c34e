// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { TRACE_DEFAULTS as DEFAULTS, type Moment, type ShowOptions } from '../../core/options.js';
import { outputs } from '../../outputs/index.js';
import { createCommand, withOptions } from '../command.js';
import { checkShown } from '../command-options.js';
import { familyOption } from '../family-options.js';
import { choice, fileOption, option } from '../option.js';
import type { Subcommand } from '../subcommand.js';
import {
  countOption,
  dropsOption,
  eventsOnlyOption,
  failOnLossOption,
  fieldsOption,
  functionOptions,
  timeOption,
} from '../trace-options.js';
import { parseMoment, parsePackets } from '../values.js';

interface Flags {
  readonly output: string;
  readonly fields?: string;
  readonly time?: ShowOptions['time'];
  readonly family?: boolean;
  readonly eventsOnly?: boolean;
  readonly drops?: boolean;
  readonly outputFile?: string;
  readonly regex?: RegExp;
  readonly moduleRegex?: RegExp;
  readonly packet?: ReadonlySet<number>;
  readonly since?: Moment;
  readonly until?: Moment;
  readonly count?: number;
  readonly failOnLoss?: boolean;
}

export const show: Subcommand<ShowOptions> = {
  name: 'show',
  takesCommand: false,
  create: (write) => {
    const command = createCommand('ipft show', write)
      .usage('FILE... [options]')
      .description('Shows capture files that ipft record has written, as a trace would have shown it.')
      .argument('<file...>', 'capture files; -: stdin');
    const options = [
      choice('-o, --output <output>', outputs, DEFAULTS.output),
      fieldsOption(),
      ...functionOptions(),
      option('--packet <numbers>', 'these packets only, such as 12 or 12,19', parsePackets('--packet')),
      option(
        '--since <time>',
        'events from this time on: ns as in timestamp, or 1.5s since the first event',
        parseMoment('--since'),
      ),
      option('--until <time>', 'events up to this time', parseMoment('--until')),
      dropsOption(),
      familyOption(),
      timeOption(),
      eventsOnlyOption(),
      countOption(),
      fileOption('--output-file <path>', 'write the results to this file instead of stdout'),
      failOnLossOption(),
    ];
    return withOptions(command, options);
  },
  options: (command) => {
    const flags = command.opts<Flags>();
    const { regex, moduleRegex, packet, drops = false, failOnLoss = false, ...same } = flags;
    checkShown(flags, [flags.output]);
    return {
      ...{ ...same, drops, failOnLoss, files: command.args },
      selection: { function: regex, module: moduleRegex },
      packets: packet,
    };
  },
  run: async (options) => (await import('../../run/show/command.js')).showCommand(options),
};
