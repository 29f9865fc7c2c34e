// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Palette } from '../../core/line.js';
import type { ReportFlags } from '../../core/options.js';
import type { Difference } from '../../ways/align.js';
import type { Comparison, FieldDifference, Parting } from '../../ways/comparison.js';
import { namesText, several, timeText } from '../../ways/words.js';

/** Functions of a difference that are listed, unless all are asked for. */
const MOST_LISTED = 6;
/** Hops, and fields, that are listed. */
const MOST_HOPS = 5;

/** A shift that is smaller is not worth a line. */
const LEAST_SHIFT = 0.1;

function partingText({ common, after, left, right }: Parting): string {
  const where = after === null ? 'at the start' : `after ${after} (${several(common, 'function')} in common)`;
  const next = (name: string | null): string => name ?? 'its end';
  return `first parting: ${where}: ${next(left)} | ${next(right)}`;
}

function differenceLines({ after, left, right }: Difference, palette: Palette, most: number): string[] {
  const shown = (names: readonly string[], sign: string): string[] => {
    const rest = names.length - most;
    const listed = rest > 1 ? [...names.slice(0, most), `... (${rest} more)`] : names;
    return listed.map((name) => `  ${sign} ${name}`);
  };
  return [
    palette.dim(`    ${after ?? '(start)'}`),
    ...shown(left, '-').map(palette.red),
    ...shown(right, '+').map(palette.green),
  ];
}

const fieldLine = ({ function: name, field, left, right }: FieldDifference): string =>
  `  ${field} at ${name}: ${left.join(', ')} | ${right.join(', ')}`;

function hopLines({ hops, left, right, shift_ns: shift }: Comparison, most: number): string[] {
  const signed = (ns: number): string => `${ns < 0 ? '' : '+'}${timeText(ns)}`;
  const total = [left, right].map(({ latency }) => timeText(latency.p50_ns)).join(' | ');
  const worth = hops.filter(({ shift_ns: each, left_ns: before }) => Math.abs(each) > before * LEAST_SHIFT);
  return [
    `latency: ${total} (${signed(shift)})`,
    ...worth
      .slice(0, most)
      .map(
        ({ from, to, left_ns: before, right_ns: after, shift_ns: each }) =>
          `  ${signed(each)} from ${from} to ${to}: ${timeText(before)} | ${timeText(after)}`,
      ),
  ];
}

/** What two ways differ in, in lines. */
export function wayLines(comparison: Comparison, palette: Palette, { full, top }: ReportFlags): string[] {
  const { parting, differences, only_left: ours, only_right: theirs, fields } = comparison;
  const [names, most, hops] = full ? [Infinity, Infinity, top] : [undefined, MOST_LISTED, MOST_HOPS];
  const parted =
    parting === null
      ? ['the functions are the same']
      : [
          palette.bold(partingText(parting)),
          ...differences.slice(0, top).flatMap((each) => differenceLines(each, palette, most)),
          ...(differences.length > top ? [`    ... (${differences.length - top} more places)`] : []),
        ];
  return [
    ...parted,
    ...(ours.length === 0 ? [] : [palette.red(`only the first: ${namesText(ours, names)}`)]),
    ...(theirs.length === 0 ? [] : [palette.green(`only the second: ${namesText(theirs, names)}`)]),
    ...(fields.length === 0 ? [] : ['fields that differ', ...fields.slice(0, top).map(fieldLine)]),
    ...(fields.length > top ? [`  ... (${fields.length - top} more)`] : []),
    ...hopLines(comparison, hops),
  ];
}
