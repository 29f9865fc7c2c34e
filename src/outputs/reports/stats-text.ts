// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { OutputContext } from '../../core/output.js';
import { printable } from '../../core/printable.js';
import type { Latency } from '../../ways/histogram.js';
import { dropText, several, shareText, timeText } from '../../ways/words.js';
import type { Losses, StatsReport } from './stats.js';
import { table } from './table.js';

/** Heading and lines; [] if there are no lines. */
type Section = readonly [heading: string, lines: readonly string[]];

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

function packetsText({ packets, relations }: StatsReport): string {
  const { total, complete, dropped } = packets;
  const parts = [
    `${complete} complete`,
    ...(dropped === null ? ['drops were not recorded'] : [`${dropped} dropped`]),
    ...relations.map(({ relation, count }) => `${count} by ${relation ?? 'unknown relation'}`),
  ];
  return `${several(total, 'packet')}: ${parts.join(', ')}`;
}

/** The counts that are not 0, in words. */
function lossLines(losses: Losses | null): string[] {
  if (losses === null) return ['unknown: the trace was not ended'];
  const { causes, ...others } = losses;
  const lines = [...Object.entries(others), ...Object.entries(causes)].flatMap(([name, count]) =>
    count === 0 ? [] : [[`${count}`, name] as const],
  );
  return lines.length === 0 ? ['none'] : table(lines);
}

const TITLES = ['count', 'p50', 'p90', 'p99', 'max'];
const cellsOf = ({ count, p50_ns: p50, p90_ns: p90, p99_ns: p99, max_ns: max }: Latency): string[] => [
  `${count}`,
  ...[p50, p90, p99, max].map(timeText),
];

function functionLines({ functions }: StatsReport): string[] {
  const timed = functions.some(({ time_ns: time }) => time !== null);
  const rows = functions.map(({ function: name, module, calls, share, time_ns: time }) => [
    `${calls}`,
    shareText(share),
    ...(timed ? [timeText(time ?? 0)] : []),
    module === 'vmlinux' ? name : `${name} [${module}]`,
  ]);
  return table([['calls', 'share', ...(timed ? ['time'] : []), ''], ...rows]);
}

function sectionsOf(report: StatsReport): Section[] {
  const { latency, hops, drops, losses, cpus, modules, namespaces } = report;
  const calls = modules.reduce((sum, each) => sum + each.calls, 0);
  return [
    ['losses', lossLines(losses)],
    ['drops', table((drops ?? []).map((drop) => [`${drop.packets}`, dropText(drop)]))],
    [
      'latency of packets',
      latency.count === 0
        ? []
        : table([
            [...TITLES, ''],
            [...cellsOf(latency), ''],
          ]),
    ],
    ['functions', report.functions.length === 0 ? [] : functionLines(report)],
    [
      'latency from a call to the next',
      hops.length === 0
        ? []
        : table([[...TITLES, ''], ...hops.map((hop) => [...cellsOf(hop), `${hop.from} > ${hop.to}`])]),
    ],
    ['CPUs', table(cpus.map(({ cpu, events }) => [`${events}`, `CPU ${cpu}`]))],
    ['modules', table(modules.map((each) => [`${each.calls}`, shareText(each.calls / calls), each.module]))],
    [
      'network namespaces that packets came into',
      table(
        namespaces.map(({ packets, netns, name }) => [
          `${packets}`,
          name === null ? `${netns}` : `${printable(name)} (${netns})`,
        ]),
      ),
    ],
  ];
}

/** For people. */
export function statsText(report: StatsReport, { palette }: OutputContext): string {
  const { file, kernel, events, uncounted } = report;
  const from = file === null ? '' : `${printable(file)}: `;
  const lines = [
    palette.bold(`${from}${several(events, 'event')}, Linux ${printable(kernel)}`),
    packetsText(report),
  ];
  for (const [heading, rest] of sectionsOf(report))
    if (rest.length > 0) lines.push('', palette.bold(heading), ...indented(rest));
  if (uncounted > 0) lines.push('', `${uncounted} of further kinds are not counted by function`);
  if (events === 0) lines.push('nothing of the trace matches');
  return `${lines.join('\n')}\n`;
}
