// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { isatty } from 'node:tty';
import { EXPORT_KINDS } from '../../core/export-kinds.js';
import { EXIT, UsageError } from '../../core/errors.js';
import type { ExportOptions } from '../../core/options.js';
import { withExtensions } from '../../extension/load.js';
import { plannedResults } from '../../results/results.js';
import { Messages } from '../../terminal/messages.js';
import { loadExports } from '../exports.js';
import { isSameFile } from '../same-file.js';
import { nameOf, openRecorded } from '../show/open-recorded.js';
import { checkLoss, Showing } from '../show/showing.js';
import { withDropped } from './dropped.js';

/** Throws a UsageError if the document would be written over the capture file that it is made from. */
function checkNotItself({ file, write }: ExportOptions): void {
  if (write !== undefined && isSameFile(file, write))
    throw new UsageError(`--write: ${write} is the capture file itself`, 'another file');
}

/** Throws a UsageError for a limit of a document that has everything anyway. */
function checkSamples({ kind, maxEvents }: ExportOptions): void {
  if (maxEvents === undefined || EXPORT_KINDS.get(kind)?.samples === true) return;
  const kinds = [...EXPORT_KINDS.values()].filter(({ samples }) => samples).map(({ id }) => id);
  throw new UsageError(`--max-events: ${kind} has all events`, `--to ${kinds.join(' or ')}, or --count`);
}

/**
 * Makes a document of a capture file. Resolves with the exit code. Every error is an IpftError, or a bug.
 */
export async function exportCommand(options: ExportOptions, messages = new Messages()): Promise<number> {
  const { kind, file, write, maxEvents, interfaces, patchLength } = options;
  checkNotItself(options);
  checkSamples(options);
  const exports = await loadExports();
  const shown = await withDropped(options, messages);
  const reader = await openRecorded(file, messages, write === undefined && isatty(1));
  const where = { output: kind, outputFile: write, flag: '--write', maxEvents, interfaces, patchLength };
  const planned = plannedResults(where, () => false, exports);
  const isComplete = await withExtensions({}, async (extensions) => {
    const showing = new Showing(reader, shown, extensions, planned, nameOf(file));
    const isWhole = await showing.run(messages);
    if (showing.events === 0)
      messages.warn(
        `${nameOf(file)} has no such event: the document is empty`,
        'ipft show FILE lists its events',
      );
    return isWhole;
  });
  checkLoss(options, isComplete);
  return EXIT.ok;
}
