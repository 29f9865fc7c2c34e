// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Palette } from '../../core/line.js';
import type { ReportFlags } from '../../core/options.js';
import { printable, printableJson } from '../../core/printable.js';
import type { Side } from '../../ways/comparison.js';
import type { DiffReport, DiffSide, DropComparison, RoleComparison } from '../../ways/trace-comparison.js';
import { dropText, roleText, several, shareText, timeText } from '../../ways/words.js';
import { wayLines } from './diff-text.js';

export const diffJson = (report: DiffReport): string => `${printableJson(report)}\n`;

const endText = ({ drops, complete }: Side): string =>
  [
    ...drops.map((drop) => `; dropped by ${dropText(drop)}`),
    ...(complete ? [] : ['; the end was not seen']),
  ].join('');

function sideText(side: Side, share: string): string {
  const { functions, latency, examples } = side;
  const numbers = examples.map((number) => `#${number}`).join(' ');
  return `${share}${several(functions.length, 'function')} in ${timeText(latency.p50_ns)} (${numbers})${endText(side)}`;
}

const headText = ({ name, kernel, packets, packet }: DiffSide): string =>
  `${printable(name)}: ${packet === null ? `${several(packets, 'packet')}, ` : ''}Linux ${printable(kernel)}`;

/** `5 of 6 packets (83.3 %), ` */
const shareOf = (side: Side, all: number): string =>
  `${side.packets} of ${several(all, 'packet')} (${shareText(side.packets / all)}), `;

function comparisonLines(
  way: RoleComparison,
  ofPackets: boolean,
  palette: Palette,
  flags: ReportFlags,
): string[] {
  const { left, right } = way;
  const [ours, theirs] = ofPackets
    ? [`${roleText(left)}, `, `${roleText(right)}, `]
    : [shareOf(left, way.left_packets), shareOf(right, way.right_packets)];
  return [
    '',
    ...(ofPackets ? [] : [palette.bold(`${roleText(way)}: the most frequent ways`)]),
    palette.red(`- ${sideText(left, ours)}`),
    palette.green(`+ ${sideText(right, theirs)}`),
    ...wayLines(way, palette, flags),
  ];
}

const dropLine = ({ left, right, ...drop }: DropComparison): string =>
  `  ${dropText(drop)}: ${left} | ${several(right, 'packet')}`;

/** For people. */
export function diffText(report: DiffReport, palette: Palette, flags: ReportFlags): string {
  const { left, right, ways, only_left: ours, only_right: theirs, drops } = report;
  const ofPackets = left.packet !== null;
  const onlyOne = (sides: readonly Side[], sign: string, of: DiffSide): string[] =>
    sides.map(
      (side) =>
        `${sign} only ${printable(of.name)} has packets of this kind (${roleText(side)}), most frequently ${sideText(side, `${several(side.packets, 'packet')}, `)}`,
    );
  const lines = [
    palette.red(`--- ${headText(left)}`),
    palette.green(`+++ ${headText(right)}`),
    ...ways.flatMap((way) => comparisonLines(way, ofPackets, palette, flags)),
    ...(ours.length + theirs.length === 0 ? [] : ['']),
    ...onlyOne(ours, '-', left).map(palette.red),
    ...onlyOne(theirs, '+', right).map(palette.green),
    ...(drops.length === 0 ? [] : ['', palette.bold('drops'), ...drops.map(dropLine)]),
    ...(left.packets + right.packets === 0 ? ['', 'nothing of the traces matches'] : []),
  ];
  return `${lines.join('\n')}\n`;
}
