// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ReportClass } from '../report/head.js';
import type { Actions } from './actions.js';
import { latencyChart, timeChart } from './charts.js';
import { button, el, heading, section } from './dom.js';
import type { Report } from './report.js';
import { count, duration, plural, share, visible } from './text.js';

/** Ways and reasons that are listed before one asks for more. */
const FIRST_ROWS = 12;

const figure = (value: string, label: string, kind = ''): HTMLElement =>
  el('div', { class: `figure ${kind}` }, el('strong', {}, value), el('span', {}, label));

function figures({ head, packets, events }: Report): HTMLElement {
  const { overview } = head;
  const { droppedPackets } = overview;
  const isPart = packets < overview.packets;
  return el(
    'div',
    { class: 'figures', attributes: { 'data-packets': String(packets), 'data-events': String(events) } },
    figure(count(overview.packets), isPart ? `packets, ${count(packets)} in this file` : 'packets'),
    figure(count(overview.events), 'events'),
    figure(
      head.hasDrops ? count(droppedPackets) : '?',
      head.hasDrops ? `dropped, ${share(droppedPackets, overview.packets)}` : 'dropped: not recorded',
      droppedPackets > 0 ? 'is-drop' : '',
    ),
    figure(duration(overview.lengthNs), 'traced'),
    figure(duration(overview.p50Ns), 'median latency'),
    figure(duration(overview.p99Ns), '99 % are faster'),
  );
}

/** A row whose bar is as long as its share. */
function shareBar(part: number, whole: number): HTMLElement {
  const fill = el('i');
  fill.style.width = `${whole === 0 ? 0 : Math.max(0.5, (100 * part) / whole)}%`;
  return el('span', { class: 'share-bar', attributes: { 'aria-hidden': 'true' } }, fill);
}

/** What can be done with a way: `index` among the overview's. */
function classButtons(report: Report, index: number, actions: Actions): HTMLElement[] {
  const { example: number = 0, usual: other = 0 } = report.head.overview.classes[index] ?? {};
  const [example, usual] = [report.find(number), report.find(other)];
  const packets = 'The packets of this report that went this way';
  return [
    button('Packets', () => actions.search(`way:${index + 1}`), 'link', packets),
    ...(example === undefined
      ? []
      : [button(`#${number}`, () => actions.open(example), 'link', 'An example')]),
    ...(example !== undefined && usual !== undefined
      ? [
          button(
            'Compare',
            () => actions.compare(usual, example),
            'link',
            'With the most frequent way of such packets',
          ),
        ]
      : []),
  ];
}

function classRow(report: Report, each: ReportClass, index: number, actions: Actions): HTMLElement {
  const { overview } = report.head;
  const number = index + 1;
  return el(
    'tr',
    {},
    el('th', { class: 'name', attributes: { scope: 'row' } }, el('span', { class: 'chip' }, `Way ${number}`)),
    el(
      'td',
      { class: 'share' },
      el('span', { class: 'share-text' }, share(each.packets, overview.packets)),
      shareBar(each.packets, overview.packets),
    ),
    el('td', { class: 'number' }, count(each.packets)),
    el('td', { class: 'number' }, count(each.functions)),
    el('td', { class: 'number' }, duration(each.p50Ns)),
    el('td', { class: 'number' }, duration(each.p99Ns)),
    el('td', { class: 'role' }, each.role),
    el(
      'td',
      { class: 'text' },
      each.usual === 0
        ? el(
            'span',
            { class: 'muted' },
            ['the most frequent', each.difference].filter(Boolean).map(visible).join('; '),
          )
        : visible(each.difference),
    ),
    el('td', { class: 'actions' }, ...classButtons(report, index, actions)),
  );
}

/** A table of which the first rows are shown, and the others if one asks for them. */
function table(head: readonly string[], rows: readonly (() => HTMLElement)[], classes: string): HTMLElement {
  const body = el('tbody', {}, ...rows.slice(0, FIRST_ROWS).map((row) => row()));
  const titles = head.map((title) => el('th', { attributes: { scope: 'col' } }, title));
  const whole = el(
    'div',
    { class: 'table-box' },
    el('table', { class: classes }, el('thead', {}, el('tr', {}, ...titles)), body),
  );
  const left = rows.length - FIRST_ROWS;
  if (left <= 0) return whole;
  const more = button(
    `${count(left)} more`,
    () => {
      body.append(...rows.slice(FIRST_ROWS).map((row) => row()));
      more.remove();
    },
    'link more',
  );
  whole.append(more);
  return whole;
}

function classes(report: Report, actions: Actions): HTMLElement {
  const { overview } = report.head;
  const rows = overview.classes.map((each, index) => () => classRow(report, each, index, actions));
  const titles = ['Way', 'Share', 'Packets', 'Calls', 'p50', 'p99', 'What packets', 'How it differs', ''];
  const others = overview.otherPackets;
  return section(
    'classes',
    'Ways',
    heading('Ways', el('span', { class: 'muted' }, 'packets that went through the same functions')),
    table(titles, rows, 'grid-table'),
    others === 0 ? null : el('p', { class: 'muted note' }, `${plural(others, 'packet')} took other ways.`),
  );
}

const NO_DROPS = 'Drops were not recorded: ipft record keeps them, and so does --drops beside -w.';

function reasons(report: Report, actions: Actions): HTMLElement {
  const { reasons: all, otherDrops } = report.head.overview;
  const total = all.reduce((sum, [, number]) => sum + number, otherDrops);
  const rows = all.map(([reason, number]) => () => {
    const text = visible(reason);
    return el(
      'tr',
      {},
      el(
        'th',
        { class: 'name', attributes: { scope: 'row' } },
        button(text, () => actions.search(`drop:${text}`), 'link mono'),
      ),
      el(
        'td',
        { class: 'share is-drop' },
        el('span', { class: 'share-text' }, share(number, total)),
        shareBar(number, total),
      ),
      el('td', { class: 'number' }, count(number)),
    );
  });
  const body =
    rows.length === 0
      ? el('p', { class: 'empty' }, report.head.hasDrops ? 'No packet was dropped.' : NO_DROPS)
      : table(['Reason', 'Share', 'Drops'], rows, 'grid-table');
  const others =
    otherDrops === 0
      ? null
      : el('p', { class: 'muted note' }, `${plural(otherDrops, 'drop')} for other reasons.`);
  return section('reasons', 'Drops by reason', heading('Drops by reason'), body, others);
}

function notes({ head }: Report): HTMLElement | null {
  const all = [
    ...head.notes,
    ...(head.hasDevices
      ? []
      : ['Devices were not recorded: lanes are network namespaces only, as far as they are known.']),
  ];
  if (all.length === 0) return null;
  const items = all.map((text) => el('li', {}, visible(text)));
  return el(
    'aside',
    { class: 'notes', attributes: { role: 'note', 'aria-label': 'What is missing' } },
    el('ul', {}, ...items),
  );
}

/** The page that one sees first: the whole trace. */
export function overview(report: Report, actions: Actions): HTMLElement {
  const { overview: all } = report.head;
  const time = timeChart(all.time, all.timeDropped);
  const latency = latencyChart(all.latency, [
    ['p50', all.p50Ns],
    ['p90', all.p90Ns],
    ['p99', all.p99Ns],
  ]);
  const key =
    all.droppedPackets > 0
      ? el(
          'span',
          { class: 'key' },
          el('i', { class: 'swatch accent' }),
          'delivered',
          el('i', { class: 'swatch drop' }),
          'dropped',
        )
      : null;
  return el(
    'main',
    { class: 'overview', attributes: { tabindex: '-1' } },
    figures(report),
    notes(report),
    el(
      'div',
      { class: 'charts' },
      section('time', 'Packets over time', heading('Packets over time', key), time.element),
      section(
        'latency',
        'Latency',
        heading('Latency', el('span', { class: 'muted' }, 'from the first event to the end')),
        latency.element,
      ),
    ),
    classes(report, actions),
    reasons(report, actions),
  );
}
