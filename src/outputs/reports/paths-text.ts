// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { OutputContext } from '../../core/output.js';
import type { WaysAccount } from '../../core/summary.js';
import { printable } from '../../core/printable.js';
import type { PathReport, RoleReport } from '../../ways/nearest.js';
import {
  differenceText,
  dropText,
  namesText,
  roleText,
  several,
  shareText,
  timeText,
} from '../../ways/words.js';
import type { PathsReport } from './paths.js';

const SHARE_WIDTH = '100.0 %'.length;
/** `+100.00 us` */
const SINCE_WIDTH = 10;
const INDENT = ' '.repeat(SHARE_WIDTH + 2);

/** `+12.3 us`: since the function before */
function sinceText(times: readonly number[] | null, place: number): string {
  const [before, now] = [times?.[place - 1], times?.[place]];
  const text = before === undefined || now === undefined ? '' : `+${timeText(now - before)}`;
  return times === null ? '' : `${text.padStart(SINCE_WIDTH)}  `;
}

/** `41 functions, ip_output ... kfree_skbmem` */
function wholeText({ functions, cut, times_ns: times }: PathReport, full: boolean): string {
  if (functions.length === 0 && cut) return 'more functions than were kept';
  const count = `${cut ? 'more than ' : ''}${several(functions.length, 'function')}`;
  if (full)
    return `${count}${functions.map((name, at) => `\n${INDENT}  ${sinceText(times, at)}${name}`).join('')}`;
  const ends = [functions.at(0), functions.at(-1)].filter((name) => name !== undefined);
  return functions.length === 0 ? 'no function' : `${count}: ${[...new Set(ends)].join(' ... ')}`;
}

/** What a way is, or how it differs from a more frequent one; `place`: its own. */
function whatText(path: PathReport, place: number, full: boolean): string {
  const { nearest, differences, functions } = path;
  if (nearest === null) {
    const isWhole = place === 0 || full;
    return isWhole || functions.length === 0
      ? wholeText(path, full)
      : `${several(functions.length, 'function')}: ${namesText(functions)}`;
  }
  if (differences.length === 0) return `the functions of way ${nearest + 1}`;
  const from = nearest === 0 ? 'differs by' : `differs from way ${nearest + 1} by`;
  const texts = differences.map((each) => differenceText(each, full ? Infinity : undefined));
  return `${from} ${texts.join('; ')}`;
}

function pathLines(path: PathReport, place: number, { palette, report }: OutputContext): string[] {
  const { share, packets, latency, drops, complete, examples } = path;
  const ends = [
    ...drops.map((drop) => `dropped by ${dropText(drop)}`),
    ...(complete ? [] : [packets === 1 ? 'its end was not seen' : 'their ends were not seen']),
  ];
  const numbers = `${examples.map((number) => `#${number}`).join(' ')}${packets > examples.length ? ' ...' : ''}`;
  const times = `p50 ${timeText(latency.p50_ns)}, p99 ${timeText(latency.p99_ns)}`;
  return [
    `${palette.bold(shareText(share).padStart(SHARE_WIDTH))}  ${whatText(path, place, report.full)}`,
    ...ends.map((end) => `${INDENT}${palette.cyan(end)}`),
    `${INDENT}${several(packets, 'packet')}, ${times}${palette.dim(`: ${numbers}`)}`,
  ];
}

function roleLines(role: RoleReport, context: OutputContext): string[] {
  const { packets, ways, paths } = role;
  const name = context.trace.follows ? `${roleText(role)}: ` : role.gso ? 'GSO: ' : '';
  const left = ways - paths.length;
  const shown = paths.reduce((sum, path) => sum + path.packets, 0);
  return [
    '',
    context.palette.bold(`${name}${several(packets, 'packet')}, ${several(ways, 'way')}`),
    ...paths.flatMap((path, place) => pathLines(path, place, context)),
    ...(left === 0
      ? []
      : [`${INDENT}and ${several(left, 'way')} of ${several(packets - shown, 'packet')}: --top ${ways}`]),
  ];
}

/** What the report lacks, and what has not ended. */
const accountLines = ({ ended, lost, no_room: noRoom, in_flight: open }: WaysAccount): string[] => [
  ...(lost === 0 ? [] : ['', `the ways of ${lost} of ${several(ended, 'packet')} that have ended are lost`]),
  ...(noRoom === 0 ? [] : ['', `${several(noRoom, 'packet')} had no room for a way`]),
  ...(open === 0 ? [] : ['', `${several(open, 'packet')} had not ended`]),
];

/** For people. */
export function pathsText(
  { file, kernel, packets, drops, others, collisions, summarized, roles }: PathsReport,
  context: OutputContext,
): string {
  const from = file === null ? '' : `${printable(file)}: `;
  const head = `${from}${several(packets, 'packet')}, Linux ${printable(kernel)}${drops ? '' : '; drops were not recorded'}`;
  const lines = [context.palette.bold(head), ...roles.flatMap((role) => roleLines(role, context))];
  if (others > 0) lines.push('', `${several(others, 'packet')} of further ways, for which there was no room`);
  if (summarized !== null) lines.push(...accountLines(summarized));
  if (collisions > 0)
    lines.push(
      '',
      `${several(collisions, 'packet')} at least took other ways than those that they are counted to: two ways have the same hash`,
    );
  if (packets === 0) lines.push('nothing of the trace matches');
  return `${lines.join('\n')}\n`;
}
