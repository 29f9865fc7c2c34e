// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Argument } from 'commander';
import { createCommand } from '../command.js';
import { COMPLETION_SCRIPTS } from '../completion/scripts.js';
import type { Subcommand } from '../subcommand.js';

const SHELLS = [...COMPLETION_SCRIPTS.keys()];

export const completion: Subcommand<{ readonly shell: string }> = {
  name: 'completion',
  usage: SHELLS.join('|'),
  takesCommand: false,
  create: (write) =>
    createCommand('ipft completion', write)
      .usage(completion.usage)
      .description(
        'Prints a script that completes the words of ipft in a shell, for example: source <(ipft completion bash)',
      )
      .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS)),
  options: (command) => ({ shell: command.args[0] ?? '' }),
  run: async ({ shell }) =>
    (await import('../../run/print-text.js')).printText(COMPLETION_SCRIPTS.get(shell) ?? ''),
};
