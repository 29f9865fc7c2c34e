// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { FieldsOptions } from '../../core/options.js';
import { createCommand } from '../command.js';
import { btfOption } from '../option.js';
import type { Subcommand } from '../subcommand.js';

export const fields: Subcommand<FieldsOptions> = {
  name: 'fields',
  usage: '[PATH] [--json] [--btf FILE]',
  takesCommand: false,
  create: (write) =>
    createCommand('ipft fields', write)
      .usage(fields.usage)
      .description(
        "Shows what can be printed on this kernel: what there is to begin with, or the members of a path ('skb->dev') or struct (net_device).",
      )
      .argument('[PATH]', 'a path, or the name of a struct')
      .addOption(btfOption())
      .option('--json', 'a JSON object a line'),
  options: (command) => ({
    json: false,
    ...command.opts<Partial<FieldsOptions>>(),
    path: command.args[0],
  }),
  run: async (options) => (await import('../../run/fields/command.js')).fieldsCommand(options),
};
