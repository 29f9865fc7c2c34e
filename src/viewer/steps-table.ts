// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { laneClass } from './canvas.js';
import { el } from './dom.js';
import { laneText, namespaceText } from './lane-rows.js';
import type { Report } from './report.js';
import { duration, since } from './text.js';
import { VirtualList } from './virtual-list.js';

const ROW = 26;

/** A field that has another value than at the call before. */
export interface Change {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** Whether a field's text is a value. */
export const isValue = (text: string): boolean => text !== '' && text !== '-';

/** What has changed at an event; at a packet's first one, nothing. */
function changesAt(report: Report, packet: number, event: number): Change[] {
  if (event === report.start(packet)) return [];
  return report.fields.flatMap(({ name, values, of }) => {
    const [from, to] = [values[of[event - 1] ?? 0] ?? '', values[of[event] ?? 0] ?? ''];
    return from === to ? [] : [{ name, from, to }];
  });
}

/** The values of the fields at a packet's first event. */
function firstValues(report: Report, event: number): HTMLElement[] {
  return report.fields.flatMap(({ name, values, of }) => {
    const value = values[of[event] ?? 0] ?? '';
    return isValue(value) && value !== '0'
      ? [el('span', { class: 'first-value' }, `${name} `, el('b', {}, value))]
      : [];
  });
}

const changeText = ({ name, from, to }: Change): HTMLElement =>
  el(
    'span',
    { class: 'change' },
    `${name} `,
    isValue(from) ? el('s', {}, from) : null,
    isValue(from) ? ' → ' : '',
    el('b', {}, isValue(to) ? to : 'none'),
  );

/** What else an event tells: marks that are lost, namespaces that are entered. */
function tellings(report: Report, event: number): HTMLElement[] {
  const { namespace = null } = report.lanes[report.at('lane', event)] ?? {};
  return [
    ...(report.eventHas(event, 'entersNamespace')
      ? [el('span', { class: 'badge is-lane' }, `into ${namespaceText(namespace)}`)]
      : []),
    ...(report.eventHas(event, 'markLost') ? [el('span', { class: 'badge is-open' }, 'mark lost')] : []),
    ...(report.eventHas(event, 'isReturn') ? [el('span', { class: 'badge is-open' }, 'return alone')] : []),
  ];
}

/** The calls of a packet, and then its drops. */
export class StepsTable {
  readonly element: HTMLElement;
  readonly list: VirtualList;
  readonly #start: number;
  readonly #calls: number;

  constructor(
    private readonly report: Report,
    private readonly packet: number,
    onchoose: (event: number) => void,
  ) {
    this.#start = report.start(packet);
    this.#calls = report.end(packet) - this.#start;
    const drops = report.drops.get(packet) ?? [];
    this.list = new VirtualList({
      ...{ label: 'Calls', rowHeight: ROW },
      row: (index) =>
        index < this.#calls ? this.#row(this.#start + index) : this.#dropRow(index - this.#calls),
      onchoose: (index) => {
        if (index < this.#calls) onchoose(this.#start + index);
      },
    });
    const rows = this.#calls + drops.length;
    this.list.element.style.height = `${Math.min(rows * ROW + 2, 20 * ROW)}px`;
    const titles = [
      '',
      'since start',
      'gap',
      'CPU',
      'function',
      ...(report.head.returns ? ['took'] : []),
      'what changed',
    ];
    const head = el(
      'div',
      { class: 'step head', attributes: { 'aria-hidden': 'true' } },
      ...titles.map((title) => el('span', {}, title)),
    );
    this.element = el(
      'div',
      { class: report.head.returns ? 'steps has-durations' : 'steps' },
      head,
      this.list.element,
    );
    this.list.show(rows);
  }

  choose(event: number, where: 'nearest' | 'center' = 'nearest'): void {
    this.list.choose(event - this.#start, where);
  }

  #row(event: number): HTMLElement {
    const { report } = this;
    const lane = report.at('lane', event);
    const module = report.moduleOf(event);
    const isFirst = event === this.#start;
    const about = isFirst
      ? firstValues(report, event)
      : changesAt(report, this.packet, event).map(changeText);
    const name = el(
      'span',
      { class: 'step-function' },
      report.functionOf(event),
      module === '' ? null : el('small', {}, ` [${module}]`),
    );
    name.style.paddingLeft = `${Math.min(report.at('depth', event), 24) * 10}px`;
    const took = report.durationOf(event);
    return el(
      'div',
      { class: 'step' },
      el('i', {
        class: `lane-mark ${laneClass(lane)}${report.eventHas(event, 'isGso') ? ' is-gso' : ''}`,
        title: laneText(report, lane),
      }),
      el('span', { class: 'number' }, since(report.times[event] ?? 0, report.at('length', this.packet))),
      el('span', { class: 'number muted' }, isFirst ? '' : `+${duration(report.at('gap', event))}`),
      el('span', { class: 'number muted' }, String(report.at('cpu', event))),
      name,
      ...(report.head.returns
        ? [el('span', { class: 'number muted' }, took === null ? '' : duration(took))]
        : []),
      el('span', { class: 'step-about' }, ...tellings(report, event), ...about),
    );
  }

  #dropRow(index: number): HTMLElement {
    const drop = this.report.drops.get(this.packet)?.[index];
    const { ns = 0, place = '', reason = '' } = drop ?? {};
    return el(
      'div',
      { class: 'step is-drop' },
      el('i', { class: 'drop-mark' }, '✕'),
      el('span', { class: 'number' }, since(ns, this.report.at('length', this.packet))),
      el('span'),
      el('span'),
      el('span', { class: 'step-function' }, place),
      ...(this.report.head.returns ? [el('span')] : []),
      el('span', { class: 'step-about' }, el('span', { class: 'badge is-drop' }, reason), 'dropped here'),
    );
  }
}

/** All fields of one event, with what they were before. */
export function fieldsAt(report: Report, packet: number, event: number): HTMLElement {
  const changed = new Map(changesAt(report, packet, event).map((change) => [change.name, change.from]));
  const rows = report.fields.flatMap(({ name, values, of }) => {
    const value = values[of[event] ?? 0] ?? '';
    const before = changed.get(name);
    if (!isValue(value) && before === undefined) return [];
    const was = before === undefined || !isValue(before) ? null : el('s', {}, before);
    return [
      el('dt', {}, name),
      el(
        'dd',
        { class: before === undefined ? '' : 'is-changed' },
        was,
        was === null ? null : ' → ',
        el('b', {}, isValue(value) ? value : 'none'),
      ),
    ];
  });
  const facts = [
    el('dt', {}, 'at'),
    el('dd', {}, laneText(report, report.at('lane', event))),
    el('dt', {}, 'CPU, thread'),
    el(
      'dd',
      {},
      `${report.at('cpu', event)}, ${report.at('thread', event) === 0 ? 'idle' : report.at('thread', event)}`,
    ),
  ];
  return el('dl', { class: 'fields' }, ...facts, ...rows);
}
