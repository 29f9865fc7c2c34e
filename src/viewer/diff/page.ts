// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { addTo } from '../../core/grouped.js';
import type { FieldDifference, Side } from '../../ways/comparison.js';
import type { DiffReport, DiffSide, RoleComparison } from '../../ways/trace-comparison.js';
import { dropText, roleText } from '../../ways/words.js';
import { whenPrinted } from '../data.js';
import { button, el, heading, section } from '../dom.js';
import { SideBySide } from '../side-by-side.js';
import { duration, plural, share, visible } from '../text.js';
import { followTheme, toggleTheme } from '../theme.js';
import { table } from './table.js';

/** Hops that are listed. */
const MOST_HOPS = 12;
/** Functions that only one of both called, as far as they are named. */
const MOST_NAMED = 24;

const shift = (ns: number): string => `${ns < 0 ? '−' : '+'}${duration(Math.abs(ns))}`;

const listed = (names: readonly string[]): string => {
  const rest = names.length - MOST_NAMED;
  return [...names.slice(0, MOST_NAMED).map(visible), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
};

/** `#12 #19` */
const examples = ({ examples: numbers }: Side): string => numbers.map((number) => `#${number}`).join(' ');

const endOf = ({ drops, complete }: Side): string =>
  [
    ...drops.map((drop) => `dropped by ${visible(dropText(drop))}`),
    ...(complete ? [] : ['the end was not seen']),
  ].join('; ');

/** Where two ways part, in a sentence. */
function partingText({ parting }: RoleComparison): string {
  if (parting === null) return 'Both called the same functions in the same order.';
  const { after, common, left, right } = parting;
  const next = (name: string | null): string => (name === null ? 'ends' : `goes on with ${visible(name)}`);
  const where =
    after === null
      ? 'at the beginning'
      : `after ${visible(after)}, the last of ${plural(common, 'function')} in common`;
  return `They part ${where}: left ${next(left)}, right ${next(right)}.`;
}

/** Fields that differ, by the place of the left way. */
function fieldsByPlace({ fields }: RoleComparison): ReadonlyMap<number, readonly FieldDifference[]> {
  const found = new Map<number, FieldDifference[]>();
  for (const each of fields) addTo(found, each.left_place, each);
  return found;
}

const valuesText = (values: readonly string[]): string =>
  values.map((value) => (value === '' ? 'none' : visible(value))).join(', ');

const fieldText = ({ field, left, right }: FieldDifference): string =>
  `${visible(field)} ${valuesText(left)} | ${valuesText(right)}`;

function sideBySide(way: RoleComparison): SideBySide {
  const fields = fieldsByPlace(way);
  const functions = [way.left.functions.map(visible), way.right.functions.map(visible)] as const;
  const cell = (side: 0 | 1, at: number): HTMLElement[] => {
    const name = functions[side][at] ?? '';
    return [
      el('span', { class: 'pair-function', title: name }, name),
      el('span', { class: 'number muted' }, `${at + 1}`),
    ];
  };
  return new SideBySide(
    {
      functions,
      titles: ['left', 'place', '', 'right', 'place', 'fields that differ from here on: left | right'],
      cells: cell,
      about: (at) => (fields.get(at) ?? []).map(fieldText).join(', '),
    },
    `Comparison of ${roleText(way)}`,
  );
}

/** What is known of both ways, beside each other. */
function sidesTable(way: RoleComparison, ofPackets: boolean): HTMLElement {
  const row = (name: string, side: Side, all: number): string[] => [
    name,
    ofPackets ? roleText(side) : `${side.packets} of ${plural(all, 'packet')} (${share(side.packets, all)})`,
    String(side.functions.length),
    duration(side.latency.p50_ns),
    ...(ofPackets ? [] : [duration(side.latency.p99_ns)]),
    examples(side),
    endOf(side),
  ];
  return table(
    [
      '',
      ofPackets ? 'packet' : 'packets',
      'functions',
      ...(ofPackets ? ['latency'] : ['p50', 'p99']),
      'example',
      'end',
    ],
    [row('left', way.left, way.left_packets), row('right', way.right, way.right_packets)],
  );
}

function hopsTable({ hops }: RoleComparison): HTMLElement | null {
  const moved = hops.filter(({ shift_ns: ns }) => ns !== 0).slice(0, MOST_HOPS);
  if (moved.length === 0) return null;
  return section(
    'hops',
    'Hops',
    heading('Hops that have shifted most'),
    table(
      ['shift', 'from', 'to', 'left', 'right'],
      moved.map(({ from, to, left_ns: left, right_ns: right, shift_ns: ns }) => [
        ...[shift(ns), visible(from), visible(to), duration(left), duration(right)],
      ]),
    ),
  );
}

const only = (side: string, names: readonly string[]): HTMLElement | null =>
  names.length === 0 ? null : el('p', {}, `Only ${side} called: ${listed(names)}.`);

const latencyText = ({ left, right, shift_ns: ns }: RoleComparison, ofPackets: boolean): string =>
  `${ofPackets ? 'Latency' : 'Median latency'}: ${duration(left.latency.p50_ns)} | ${duration(right.latency.p50_ns)} (${shift(ns)}).`;

/** What the ways of packets of one role differ in. */
function wayPanel(way: RoleComparison, ofPackets: boolean, sides: SideBySide): HTMLElement {
  return el(
    'div',
    { class: 'way' },
    ofPackets ? null : el('h2', {}, `${roleText(way)}: the most frequent ways`),
    el('p', { class: 'lead' }, partingText(way)),
    sidesTable(way, ofPackets),
    only('left', way.only_left),
    only('right', way.only_right),
    el('p', { class: 'muted' }, latencyText(way, ofPackets)),
    sides.element,
    hopsTable(way),
  );
}

const nameOf = ({ name, kernel, packets, packet }: DiffSide): string =>
  `${visible(name)}: ${packet === null ? `${plural(packets, 'packet')}, ` : ''}Linux ${visible(kernel)}`;

function onlyOne(side: string, ways: readonly Side[]): HTMLElement[] {
  return ways.map((way) =>
    el(
      'p',
      {},
      `Only ${side} has packets of this kind (${roleText(way)}): ${plural(way.packets, 'packet')}, most frequently ${plural(way.functions.length, 'function')} in ${duration(way.latency.p50_ns)} (${examples(way)})${endOf(way) === '' ? '' : `, ${endOf(way)}`}.`,
    ),
  );
}

function dropsTable({ drops }: DiffReport): HTMLElement | null {
  if (drops.length === 0) return null;
  return section(
    'drops',
    'Drops',
    heading('Drops'),
    table(
      ['dropped by', 'left', 'right'],
      drops.map(({ left, right, ...drop }) => [
        visible(dropText(drop)),
        plural(left, 'packet'),
        plural(right, 'packet'),
      ]),
    ),
  );
}

/** The parts of a page that shows what two traces, or two packets, differ in. */
export function diffPage(report: DiffReport): HTMLElement[] {
  const { left, right, ways, differ } = report;
  const sides = ways.map(sideBySide);
  followTheme();
  whenPrinted((isPrinting) => {
    for (const each of sides) each.print(isPrinting);
  });
  const nothing = left.packets + right.packets === 0;
  const verdict = differ ? 'They differ.' : 'They differ in nothing but time and number of packets.';
  const bar = el(
    'header',
    { class: 'bar' },
    el('strong', { class: 'brand' }, 'ipft diff'),
    el('span', { class: 'about' }, `${visible(left.name)} · ${visible(right.name)}`),
    button('Light / dark', () => toggleTheme(), 'button', 'Light or dark'),
  );
  const main = el(
    'main',
    { class: 'compare', attributes: { tabindex: '-1' } },
    el(
      'div',
      { class: 'verdict' },
      el('h1', {}, nothing ? 'Nothing of the traces matches.' : verdict),
      el('p', { class: 'only-left' }, `left: ${nameOf(left)}`),
      el('p', { class: 'only-right' }, `right: ${nameOf(right)}`),
      ...onlyOne('left', report.only_left),
      ...onlyOne('right', report.only_right),
    ),
    dropsTable(report),
    ...ways.map((way, index) => {
      const own = sides[index];
      return own === undefined ? null : wayPanel(way, left.packet !== null, own);
    }),
  );
  return [bar, el('div', { class: 'stage is-compare' }, main)];
}
