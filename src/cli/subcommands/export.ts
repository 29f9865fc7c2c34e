// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EXPORT_KINDS, type FrameOptions } from '../../core/export-kinds.js';
import { STDOUT, type ExportOptions } from '../../core/options.js';
import { createCommand, withOptions } from '../command.js';
import { checkFrames, frameOptions } from '../frame-options.js';
import { choice, fileOption, option } from '../option.js';
import { recordedOf, recordedOptions, type RecordedFlags } from '../recorded-options.js';
import type { Subcommand } from '../subcommand.js';
import { parseCount } from '../values.js';

interface Flags extends RecordedFlags, FrameOptions {
  readonly to: string;
  readonly write?: string;
  readonly maxEvents?: number;
}

export const exporting: Subcommand<ExportOptions> = {
  name: 'export',
  usage: '--to KIND FILE [-w OUT] [options]',
  takesCommand: false,
  create: (write) => {
    const command = createCommand('ipft export', write)
      .usage(exporting.usage)
      .description('Makes a document for another program of a capture file that ipft record has written.')
      .argument('<file>', 'capture file; -: stdin');
    const options = [
      choice('--to <kind>', EXPORT_KINDS).makeOptionMandatory(),
      fileOption('-w, --write <path>', 'write the document to this file instead of stdout'),
      ...frameOptions(),
      ...recordedOptions(),
      option(
        '--max-events <events>',
        'with html: events that the page may have; of more, packets are left out evenly (default: 200000)',
        parseCount('--max-events', 1),
      ),
    ];
    return withOptions(command, options);
  },
  options: (command) => {
    const { to: kind, write, ...recorded } = command.opts<Flags>();
    checkFrames(recorded, [kind]);
    const [file = STDOUT] = command.args;
    return { ...recordedOf(recorded), kind, file, write: write === STDOUT ? undefined : write };
  },
  run: async (options) => (await import('../../run/export/command.js')).exportCommand(options),
};
