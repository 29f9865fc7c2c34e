// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Argument } from 'commander';
import { LINE_KINDS, REPORT_KINDS, type SchemaOptions } from '../../core/options.js';
import { createCommand } from '../command.js';
import type { Subcommand } from '../subcommand.js';

const KINDS = [...LINE_KINDS, ...REPORT_KINDS];

export const schema: Subcommand<SchemaOptions> = {
  name: 'schema',
  usage: `[${KINDS.join('|')}]`,
  takesCommand: false,
  create: (write) =>
    createCommand('ipft schema', write)
      .usage(schema.usage)
      .description(
        'Prints JSON Schema (draft 2020-12) of the lines of -o json, of one kind of them, or of what another verb prints with --json.',
      )
      .addArgument(new Argument('[kind]', 'a kind of lines, or a verb').choices(KINDS)),
  options: (command) => ({ kind: command.args[0] as SchemaOptions['kind'] }),
  run: async (options) => (await import('../../run/schema.js')).schemaCommand(options),
};
