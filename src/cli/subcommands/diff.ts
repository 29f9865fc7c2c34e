// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Option } from 'commander';
import type { DiffOptions } from '../../core/options.js';
import { createCommand, withOptions } from '../command.js';
import { momentOptions, recordedOf } from '../recorded-options.js';
import { reportOptions, type ReportFlagsGiven } from '../report-options.js';
import type { Subcommand } from '../subcommand.js';
import {
  dropsOption,
  failOnLossOption,
  fieldsOption,
  filterOptions,
  functionOptions,
} from '../trace-options.js';

interface Flags extends ReportFlagsGiven {
  readonly exitCode?: boolean;
  readonly html?: boolean;
}

export const diff: Subcommand<DiffOptions> = {
  name: 'diff',
  usage: 'GOOD BAD [options]',
  takesCommand: false,
  create: (write) => {
    const command = createCommand('ipft diff', write)
      .usage(diff.usage)
      .description(
        'Compares the most frequent ways of packets in two capture files, or those of two packets: FILE#12 FILE#19.',
      )
      .argument('<good>', 'a capture file, or a packet of one: FILE#12; -: stdin')
      .argument('<bad>', 'what it is compared with');
    return withOptions(command, [
      ...reportOptions('places, fields and hops'),
      new Option('--html', 'a page to look at and to send').conflicts('json'),
      new Option('--full', 'list all functions where they differ'),
      new Option('--exit-code', 'exit with 1 if they differ in more than time'),
      fieldsOption(),
      ...filterOptions(),
      ...functionOptions(),
      ...momentOptions(),
      dropsOption(),
      failOnLossOption(),
    ]);
  },
  options: (command) => {
    const {
      json = false,
      html = false,
      exitCode = false,
      full = false,
      top,
      ...recorded
    } = command.opts<Flags>();
    const [left = '', right = ''] = command.args;
    const format: DiffOptions['format'] = html ? 'html' : json ? 'json' : 'text';
    return { ...recordedOf(recorded), left, right, format, exitCode, report: { full, top } };
  },
  run: async (options) => (await import('../../run/diff/command.js')).diffCommand(options),
};
