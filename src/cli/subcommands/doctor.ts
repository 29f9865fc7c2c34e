// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { DoctorOptions } from '../../core/options.js';
import { createCommand } from '../command.js';
import { btfOption } from '../option.js';
import type { Subcommand } from '../subcommand.js';

export const doctor: Subcommand<DoctorOptions> = {
  name: 'doctor',
  usage: '[--json] [--btf FILE]',
  takesCommand: false,
  create: (write) =>
    createCommand('ipft doctor', write)
      .usage(doctor.usage)
      .description(
        'Shows what this machine lets ipft trace, and what prevents more. Exit code 3: nothing can be traced.',
      )
      .addOption(btfOption())
      .option('--json', 'as a JSON object'),
  options: (command) => ({ json: false, ...command.opts<Partial<DoctorOptions>>() }),
  run: async (options) => (await import('../../run/doctor/command.js')).doctorCommand(options),
};
