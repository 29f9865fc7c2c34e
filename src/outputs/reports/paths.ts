// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { OutputContext } from '../../core/output.js';
import type { WaysAccount } from '../../core/summary.js';
import { printableJson } from '../../core/printable.js';
import { PathClasses } from '../../ways/classes.js';
import { rolesIn, type RoleReport } from '../../ways/nearest.js';
import { pathsText } from './paths-text.js';
import { headOf, jsonReport, textReport, type Report, type ReportHead } from './report.js';

/** What `ipft paths --json` says of a trace. */
export interface PathsReport extends ReportHead {
  readonly packets: number;
  /** true: the trace has drops */
  readonly drops: boolean;
  /** packets of further ways, for which there was no room */
  readonly others: number;
  /** what has become of packets' ways; null without --summarize */
  readonly summarized: WaysAccount | null;
  /** packets that were counted to another way, whose functions have the same hash; 0 without --summarize */
  readonly collisions: number;
  /** the role with most packets first */
  readonly roles: readonly RoleReport[];
}

const reportOf =
  (written: (report: PathsReport, context: OutputContext) => string) =>
  (context: OutputContext): Report => {
    const classes = new PathClasses();
    const { top, hasDrops } = context.report;
    return {
      add: (way) => classes.add(way),
      written: (summary) => {
        const summarized = summary?.ways ?? null;
        const { packets, others, collisions } = classes;
        const roles = rolesIn(classes, top);
        const kept = { summarized, collisions };
        return written({ ...headOf(context), packets, drops: hasDrops, others, ...kept, roles }, context);
      },
    };
  };

export const paths = textReport('paths', 'the ways that packets took', reportOf(pathsText));

export const pathsJson = jsonReport(
  'paths-json',
  'the same as a line of JSON',
  reportOf((report) => `${printableJson(report)}\n`),
);
