// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Option } from 'commander';
import { TRACE_DEFAULTS, type ReportFlags, type ShowOptions } from '../core/options.js';
import { option } from './option.js';
import { recordedOf, type RecordedFlags } from './recorded-options.js';
import { parseCount } from './values.js';

/** Flags of reports on files. */
export interface ReportFlagsGiven extends Partial<Omit<ReportFlags, 'top'>>, RecordedFlags {
  readonly top: number;
  readonly json?: boolean;
}

/** How a report is written. `what`: its lists. */
export const reportOptions = (what: string): Option[] => [
  new Option('--json', 'a JSON object for each file; see ipft schema'),
  option(
    '--top <number>',
    `how many ${what} are shown, the most frequent first`,
    parseCount('--top', 1),
    TRACE_DEFAULTS.report.top,
  ),
];

/** The output of a report. */
export const reportId = (id: string, json: boolean | undefined): string =>
  json === true ? `${id}-json` : id;

/** A report on files. `id`: of the output. */
export function shownFile(id: string, flags: ReportFlagsGiven, files: readonly string[]): ShowOptions {
  const { json, full = false, top, ...recorded } = flags;
  return { ...recordedOf(recorded), files, output: reportId(id, json), report: { full, top } };
}
