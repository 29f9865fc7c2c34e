// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EXIT, LossError } from '../../core/errors.js';
import type { DiffOptions } from '../../core/options.js';
import { diffJson, diffText } from '../../outputs/reports/diff.js';
import { writeStdout } from '../../results/sink.js';
import { resultPalette } from '../../terminal/colors.js';
import { Messages } from '../../terminal/messages.js';
import {
  comparePackets,
  compareTraces,
  type DiffReport,
  type TraceComparison,
} from '../../ways/trace-comparison.js';
import { loadDiffHtml } from '../exports.js';
import { operandsOf } from './operand.js';
import { readWays, type ReadWays } from './read.js';

function compared(left: ReadWays, right: ReadWays, ofPackets: boolean): TraceComparison {
  const [ours, theirs] = [left.classes.byRole()[0]?.[0], right.classes.byRole()[0]?.[0]];
  if (ofPackets && ours !== undefined && theirs !== undefined) return comparePackets(ours, theirs);
  return compareTraces(left.classes, right.classes);
}

async function written(report: DiffReport, { format, report: flags }: DiffOptions): Promise<string> {
  switch (format) {
    case 'json':
      return diffJson(report);
    case 'html':
      return (await loadDiffHtml())(report);
    case 'text':
      return diffText(report, resultPalette(false), flags);
  }
}

/** Compares two capture files, or two packets. Resolves with the exit code. Every error is an IpftError, or a bug. */
export async function diffCommand(options: DiffOptions, messages = new Messages()): Promise<number> {
  const [left, right] = operandsOf(options.left, options.right);
  const [ours, theirs] = [await readWays(left, options, messages), await readWays(right, options, messages)];
  if (ours.kernel !== theirs.kernel)
    messages.warn(
      `${left.name} is of Linux ${ours.kernel}, ${right.name} of Linux ${theirs.kernel}: functions are compared by their names`,
    );
  const side = ({ name, packet }: typeof left, { kernel, classes }: ReadWays): DiffReport['left'] => ({
    ...{ name, packet, kernel, packets: classes.packets, others: classes.others },
  });
  const comparison = compared(ours, theirs, left.packet !== null);
  const report: DiffReport = { left: side(left, ours), right: side(right, theirs), ...comparison };
  await writeStdout([await written(report, options)]);
  const missing = [...ours.missing, ...theirs.missing];
  for (const { text, remedy } of missing) messages.warn(text, remedy);
  if (missing.length > 0 && options.failOnLoss)
    throw new LossError('something is missing from the results, and --fail-on-loss was given');
  return options.exitCode && report.differ ? EXIT.differ : EXIT.ok;
}
