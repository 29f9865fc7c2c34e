// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { printableJson } from '../../core/printable.js';
import type { OutputContext } from '../../core/output.js';
import type { Summary } from '../../core/summary.js';
import { Statistician, type Statistics } from '../../ways/statistics.js';
import { headOf, jsonReport, textReport, type Report, type ReportHead } from './report.js';
import { statsText } from './stats-text.js';

const LOSSES = [
  'lost',
  'causes',
  'suppressed',
  'late',
  'untracked',
  'cut_packets',
  'missed_ends',
  'lost_relations',
  'lost_moves',
  'unfollowed',
] as const;

/** What is missing from the whole trace, by cause: as in its summary. */
export type Losses = Pick<Summary, (typeof LOSSES)[number]>;

/** What `ipft stats --json` says of a trace. */
export interface StatsReport extends ReportHead, Omit<Statistics, 'packets' | 'drops'> {
  readonly packets: {
    readonly total: number;
    /** their end was seen */
    readonly complete: number;
    /** null: drops were not recorded */
    readonly dropped: number | null;
  };
  /** null: drops were not recorded */
  readonly drops: Statistics['drops'] | null;
  /** null: the trace has no summary, since it was not ended */
  readonly losses: Losses | null;
}

const lossesIn = (summary: Summary): Losses =>
  Object.fromEntries(LOSSES.map((key) => [key, summary[key]])) as unknown as Losses;

const reportOf =
  (written: (report: StatsReport, context: OutputContext) => string) =>
  (context: OutputContext): Report => {
    const statistician = new Statistician(context.trace.returns);
    const { top, hasDrops } = context.report;
    return {
      take: (batch) => statistician.take(batch),
      add: (way) => statistician.add(way),
      written: (summary) => {
        const { packets, drops, ...statistics } = statistician.result(top);
        const report = {
          ...headOf(context),
          ...statistics,
          packets: { ...packets, dropped: hasDrops ? packets.dropped : null },
          drops: hasDrops ? drops : null,
          losses: summary === null ? null : lossesIn(summary),
        };
        return written(report, context);
      },
    };
  };

export const stats = textReport('stats', 'what a trace amounts to', reportOf(statsText));

export const statsJson = jsonReport(
  'stats-json',
  'the same as a line of JSON',
  reportOf((report) => `${printableJson(report)}\n`),
);
