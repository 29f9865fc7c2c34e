// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ShowOptions } from '../../core/options.js';
import { createCommand, withOptions } from '../command.js';
import { selectedOptions } from '../recorded-options.js';
import { reportOptions, shownFile, type ReportFlagsGiven } from '../report-options.js';
import type { Subcommand } from '../subcommand.js';
import { failOnLossOption } from '../trace-options.js';

export const stats: Subcommand<ShowOptions> = {
  name: 'stats',
  usage: 'FILE... [options]',
  takesCommand: false,
  create: (write) => {
    const command = createCommand('ipft stats', write)
      .usage(stats.usage)
      .description(
        'Says what the trace in a capture file amounts to: packets, drops, losses, functions, latencies.',
      )
      .argument('<file...>', 'capture files; -: stdin');
    return withOptions(command, [
      ...reportOptions('functions, hops and drops'),
      ...selectedOptions(),
      failOnLossOption(),
    ]);
  },
  options: (command) => shownFile('stats', command.opts<ReportFlagsGiven>(), command.args),
  run: async (options) => (await import('../../run/show/command.js')).showCommand(options),
};
