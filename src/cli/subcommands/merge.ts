// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { UsageError } from '../../core/errors.js';
import type { MergeOptions } from '../../core/options.js';
import { createCommand, withOptions } from '../command.js';
import type { Subcommand } from '../subcommand.js';
import { captureOptions } from '../trace-options.js';

export const merge: Subcommand<MergeOptions> = {
  name: 'merge',
  usage: 'FILE FILE... -w FILE',
  takesCommand: false,
  create: (write) => {
    const command = createCommand('ipft merge', write)
      .usage(merge.usage)
      .description('Merges capture files of one host, recorded since it has started, into one, by time.')
      .argument('<file...>', 'capture files; -: stdin');
    const [file, ...further] = captureOptions();
    return withOptions(command, [file.makeOptionMandatory(), ...further]);
  },
  options: (command) => {
    const { write, commandLine } = command.opts<Pick<MergeOptions, 'write' | 'commandLine'>>();
    if (command.args.length < 2)
      throw new UsageError('merge: there is one file only', 'ipft merge A.ipft B.ipft -w C.ipft');
    return { files: command.args, write, commandLine };
  },
  run: async (options) => (await import('../../run/merge/command.js')).mergeCommand(options),
};
