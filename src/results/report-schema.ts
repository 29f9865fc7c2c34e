// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { array, boolean, integer, number, object, orNull, string, type Schema } from '../core/json-schema.js';
import type { ReportKind } from '../core/options.js';
import { RELATIONS } from '../core/relation.js';
import type { PathsReport } from '../outputs/reports/paths.js';
import type { Losses, StatsReport } from '../outputs/reports/stats.js';
import type { Latency } from '../ways/histogram.js';
import type { PathReport, RoleReport } from '../ways/nearest.js';
import type { DropStats, FunctionStats, HopStats, Statistics } from '../ways/statistics.js';
import type { Summary } from '../core/summary.js';
import { DIFF } from './diff-schema.js';
import { SUMMARY } from './summary-schema.js';
import { difference, dropEnd, drops, latency, latencyKeys, role } from './way-schema.js';

type Item<List> = List extends readonly (infer One)[] ? One : never;

/** A key of the summary, as it is there. */
const ofSummary = <Key extends keyof Summary>(key: Key): Schema<Summary[Key]> =>
  (SUMMARY['properties'] as { readonly [Name in keyof Summary]: Schema<Summary[Name]> })[key];

const head = {
  file: orNull(string('the capture file; null: the trace was reported on when it ended')),
  kernel: string('as uname -r'),
};

const name = { function: string('its address in hexadecimal, if it is unknown') };

const losses = object<Losses>({
  lost: ofSummary('lost'),
  causes: ofSummary('causes'),
  suppressed: ofSummary('suppressed'),
  late: ofSummary('late'),
  untracked: ofSummary('untracked'),
  cut_packets: ofSummary('cut_packets'),
  missed_ends: ofSummary('missed_ends'),
  lost_relations: ofSummary('lost_relations'),
  lost_moves: ofSummary('lost_moves'),
  unfollowed: ofSummary('unfollowed'),
});

const functionStats = object<FunctionStats>({
  ...name,
  module: string(),
  calls: integer(),
  share: number('of all calls, from 0 to 1'),
  time_ns: orNull(
    integer('of all its calls, with what they called; null: the trace is not one of function_graph'),
  ),
});

/** `orNull()` for lists. */
const listOrNull = <T>(items: Schema<T>, description: string): Schema<readonly T[] | null> => ({
  type: ['array', 'null'],
  items,
  description,
});

const stats = object<StatsReport>({
  ...head,
  events: integer('calls, returns and drops'),
  packets: object<StatsReport['packets']>({
    total: integer(),
    complete: integer('those whose ends were seen'),
    dropped: orNull(integer('null: drops were not recorded')),
  }),
  relations: array(
    object<Item<Statistics['relations']>>({
      relation: {
        enum: [...Object.values(RELATIONS), null],
        description: 'null: of a kind that is not known',
      },
      count: integer(),
    }),
  ),
  drops: listOrNull(
    object<DropStats>({ ...dropEnd, packets: integer() }),
    'the most frequent first; null: drops were not recorded',
  ),
  latency: object<Latency>(latencyKeys),
  functions: array(functionStats),
  hops: array(object<HopStats>({ from: string('a function'), to: string('the next one'), ...latencyKeys })),
  cpus: array(object<Item<Statistics['cpus']>>({ cpu: integer(), events: integer() })),
  modules: array(object<Item<Statistics['modules']>>({ module: string(), calls: integer() })),
  namespaces: array(
    object<Item<Statistics['namespaces']>>({
      netns: integer('inode of a network namespace that packets have come into'),
      name: orNull(string('in `ip netns`')),
      packets: integer('how often one did'),
    }),
  ),
  uncounted: integer('what is not counted by function, hop or drop, since there were too many kinds'),
  losses: orNull({ ...losses, description: 'as in the summary, of the whole trace; null: it was not ended' }),
});

const path = object<PathReport>({
  packets: integer(),
  share: number('of the packets of the role, from 0 to 1'),
  complete: boolean('their ends were seen'),
  drops,
  latency,
  examples: array(integer('numbers of packets')),
  functions: array(string('its address in hexadecimal, if it is unknown')),
  cut: boolean('further functions were called, which --summarize did not keep'),
  times_ns: listOrNull(
    integer(),
    'when one of the packets called these functions, ns since its first event; null: it is not known',
  ),
  nearest: orNull(integer('which way before this one in the list it is most like, from 0; null: none')),
  differences: array(difference),
});

const paths = object<PathsReport>({
  ...head,
  packets: integer(),
  drops: boolean('the trace has drops'),
  others: integer('packets of further ways, for which there was no room'),
  summarized: ofSummary('ways'),
  collisions: integer(
    'packets that were counted to another way, whose functions have the same hash; 0 without --summarize',
  ),
  roles: array(
    object<RoleReport>({
      ...role,
      packets: integer(),
      ways: integer('those that are not listed included'),
      paths: array(path),
    }),
  ),
});

/** The schemas of what verbs print with --json. */
export const REPORTS: Readonly<Record<ReportKind, () => Schema<unknown>>> = {
  stats: () => ({ description: 'What ipft stats --json prints of a file.', ...(stats as object) }),
  diff: () => ({ description: 'What ipft diff --json prints of two files or packets.', ...(DIFF as object) }),
  paths: () => ({ description: 'What ipft paths --json prints of a file or trace.', ...(paths as object) }),
};
