// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceReader } from '../../capture/trace-reader.js';
import { EXIT, UnsupportedError } from '../../core/errors.js';
import type { ShowOptions } from '../../core/options.js';
import { plannedResults } from '../../results/results.js';
import { Messages } from '../../terminal/messages.js';
import { checkHasDrops, checkLoss, nameOf, openRecorded, Showing } from './showing.js';

/** Throws an UnsupportedError for what the options ask for and the trace of a file does not have. */
function checkHas({ drops, family }: ShowOptions, reader: TraceReader, name: string): void {
  const { follows, returns } = reader.description;
  const lacks = (what: string, remedy: string): UnsupportedError =>
    new UnsupportedError(`--family: ${name} does not have ${what}`, remedy);
  if (drops) checkHasDrops(reader, name);
  if (family !== true) return;
  if (!follows) throw lacks('relatives: they were not followed', 'ipft record --follow all');
  if (returns) throw lacks('families of calls and returns', 'ipft record --tracer function');
}

/**
 * Shows capture files, one after the other. Resolves with the exit code. Every error is an IpftError, or a bug.
 */
export async function showCommand(options: ShowOptions, messages = new Messages()): Promise<number> {
  let isComplete = true;
  for (const path of options.files) {
    const [reader, file] = [await openRecorded(path), nameOf(path)];
    checkHas(options, reader, file);
    const report = { ...options.report, file, hasDrops: reader.description.drops };
    const planned = plannedResults({ ...options, report }, () => false);
    const showing = new Showing(reader, options, planned, file);
    isComplete = (await showing.run(messages)) && isComplete;
  }
  checkLoss(options, isComplete);
  return EXIT.ok;
}
