// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync, rmSync } from 'node:fs';
import { Chalk } from 'chalk';
import { parseCommandLine } from '../../../src/cli/parse.js';
import { described } from '../../../src/cli/report.js';
import type { ShowOptions } from '../../../src/core/options.js';
import { showCommand } from '../../../src/run/show/command.js';
import { Messages } from '../../../src/terminal/messages.js';

export interface Shown {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `ipft show ARGS` within the test's own process. */
export async function shown(args: readonly string[]): Promise<Shown> {
  const file = `/dev/shm/ipft-shown-${process.pid}`;
  let stderr = '';
  try {
    const request = parseCommandLine(['show', ...args, '--output-file', file], '');
    if (request.kind !== 'subcommand') throw new Error(`not shown: ${args.join(' ')}`);
    const messages = new Messages({ write: (text) => (stderr += text) });
    const code = await showCommand(request.options as ShowOptions, messages);
    return { code, stdout: readFileSync(file, 'utf8'), stderr };
  } catch (error) {
    const { text, code } = described(error, false, new Chalk({ level: 0 }));
    return { code, stdout: '', stderr: stderr + text };
  } finally {
    rmSync(file, { force: true });
  }
}
