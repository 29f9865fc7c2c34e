// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { isatty } from 'node:tty';
import { CheckError, EXIT } from '../../core/errors.js';
import type { ShowOptions } from '../../core/options.js';
import { withExtensions } from '../../extension/load.js';
import { plannedResults } from '../../results/results.js';
import { Messages } from '../../terminal/messages.js';
import { nameOf, openRecorded } from './open-recorded.js';
import { checkHas } from './recorded.js';
import { checkLoss, Showing } from './showing.js';

/** What has become of a file. */
interface Shown {
  readonly isComplete: boolean;
  readonly violations: number;
}

/** Shows one file, with extensions that have seen no other one. */
const shown = (path: string, options: ShowOptions, messages: Messages): Promise<Shown> =>
  withExtensions(options, async (extensions) => {
    const [file, fillsTerminal] = [nameOf(path), options.outputFile === undefined && isatty(1)];
    const reader = await openRecorded(path, messages, fillsTerminal);
    checkHas(options, reader, file);
    const report = { ...options.report, file, hasDrops: reader.description.drops };
    const planned = plannedResults({ ...options, report }, () => false);
    const showing = new Showing(reader, options, extensions, planned, file);
    const isComplete = await showing.run(messages);
    return { isComplete, violations: showing.violations };
  });

/**
 * Shows capture files, one after the other. Resolves with the exit code. Every error is an IpftError, or a bug.
 */
export async function showCommand(options: ShowOptions, messages = new Messages()): Promise<number> {
  const all: Shown[] = [];
  for (const path of options.files) all.push(await shown(path, options, messages));
  checkLoss(
    options,
    all.every(({ isComplete }) => isComplete),
  );
  const found = all.reduce((sum, { violations }) => sum + violations, 0);
  if (found > 0 && options.failOnCheck === true)
    throw new CheckError(`${found} violations were found, and --fail-on-check was given`);
  return EXIT.ok;
}
