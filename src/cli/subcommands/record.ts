// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { UsageError } from '../../core/errors.js';
import type { CommandOptions } from '../../core/options.js';
import { checkTogether, commandOptions } from '../command-options.js';
import { createCommand, withOptions } from '../command.js';
import { checkOptions, followOptions } from '../family-options.js';
import type { Flags } from '../flags.js';
import { recorderOf, recorderOptions, type RecorderFlags } from '../recorder-options.js';
import type { Subcommand } from '../subcommand.js';
import {
  captureOptions,
  contentOptions,
  furtherOption,
  limitOptions,
  rotationOptions,
  selectionOptions,
  systemOptions,
} from '../trace-options.js';

export const record: Subcommand<CommandOptions> = {
  name: 'record',
  usage: '-m MARK -w FILE [options] [-- COMMAND [ARGUMENT ...]]',
  takesCommand: true,
  create: (write) => {
    const command = createCommand('ipft record', write)
      .usage(record.usage)
      .description('Traces as ipft does, and writes a capture file, which ipft show shows.');
    const [file, ...capture] = captureOptions();
    const options = [
      file.makeOptionMandatory(),
      ...capture,
      ...rotationOptions(),
      ...recorderOptions(),
      ...selectionOptions(),
      ...contentOptions(),
      furtherOption(),
      ...followOptions(),
      ...checkOptions(),
      ...limitOptions(),
      ...systemOptions(),
    ];
    return withOptions(command, options);
  },
  options: (command, traced) => {
    const { ring, trigger, triggerCount, triggerAfter, ...given } = command.opts<Flags & RecorderFlags>();
    const flags: Flags = { ...given, output: null };
    checkTogether(flags);
    const recorder = recorderOf({ write: flags.write, ring, trigger, triggerCount, triggerAfter });
    if (recorder !== undefined && flags.rotate !== undefined)
      throw new UsageError(
        '--rotate: with --ring each trigger writes a file',
        '--trigger-count, or no --ring',
      );
    return { ...commandOptions(flags, traced), recorder };
  },
  run: async (options) => (await import('../../run/trace.js')).traceCommand(options),
};
