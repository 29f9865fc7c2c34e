// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Argument } from 'commander';
import { LINE_KINDS, type LineKind, type SchemaOptions } from '../../core/options.js';
import { createCommand } from '../command.js';
import type { Subcommand } from '../subcommand.js';

export const schema: Subcommand<SchemaOptions> = {
  name: 'schema',
  takesCommand: false,
  create: (write) =>
    createCommand('ipft schema', write)
      .usage(`[${LINE_KINDS.join('|')}]`)
      .description('Prints JSON Schema (draft 2020-12) of the lines of -o json, or of one kind of them.')
      .addArgument(new Argument('[kind]', 'a kind of lines').choices(LINE_KINDS)),
  options: (command) => ({ kind: command.args[0] as LineKind | undefined }),
  run: async (options) => (await import('../../run/schema.js')).schemaCommand(options),
};
