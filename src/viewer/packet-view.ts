// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Actions, Spacing } from './actions.js';
import { button, choice, el, heading, section } from './dom.js';
import { family } from './family-list.js';
import { Flame } from './flame.js';
import { badges } from './packet-list.js';
import type { Report } from './report.js';
import { fieldsAt, StepsTable } from './steps-table.js';
import { duration, moment, plural } from './text.js';
import type { VirtualList } from './virtual-list.js';
import { WayPicture } from './way-picture.js';

/** `clone of #3`, the parent as a button. */
function parentLink(report: Report, packet: number, actions: Actions): HTMLElement | null {
  const parent = report.at('parent', packet);
  const kinship = report.kinship(packet);
  if (kinship === '') return null;
  const index = report.find(parent);
  const name =
    index === undefined
      ? parent === 0
        ? null
        : `#${parent}`
      : button(`#${parent}`, () => actions.open(index), 'link');
  return el('span', { class: 'fact' }, `${kinship}${parent === 0 ? '' : ' of '}`, name);
}

function title(report: Report, packet: number, actions: Actions): HTMLElement {
  const ofClass = report.at('class', packet);
  const calls = report.end(packet) - report.start(packet);
  const way = ofClass === 0 ? null : button(`way ${ofClass}`, () => actions.search(`way:${ofClass}`), 'link');
  return el(
    'header',
    { class: 'packet-title' },
    el('h1', {}, `Packet #${report.number(packet)}`),
    el('span', { class: 'packet-badges' }, ...badges(report, packet)),
    el(
      'div',
      { class: 'title-tools' },
      button(
        'Compare',
        () => actions.compare(packet, null),
        'button',
        'Side by side with another packet ( c )',
      ),
    ),
    el(
      'p',
      { class: 'facts' },
      el(
        'span',
        { class: 'fact' },
        `${duration(report.at('length', packet))} from its first event to its last`,
      ),
      el('span', { class: 'fact' }, plural(calls, 'call')),
      el('span', { class: 'fact' }, `began at ${moment(report.at('first', packet))}`),
      way === null ? null : el('span', { class: 'fact' }, way),
      parentLink(report, packet, actions),
    ),
  );
}

/** One packet: its way, its calls, its fields, its relatives. */
export class PacketView {
  readonly element: HTMLElement;
  readonly #picture: WayPicture;
  readonly #steps: StepsTable;
  readonly #flame: Flame | null;
  readonly #fields = el('div', { class: 'fields-box' });
  readonly #lists: readonly VirtualList[];
  #chosen = -1;

  constructor(
    private readonly report: Report,
    readonly packet: number,
    private readonly actions: Actions,
    spacing: Spacing,
  ) {
    const onchoose = (event: number): void => this.choose(event);
    this.#picture = new WayPicture(report, packet, onchoose);
    this.#picture.spacing = spacing;
    this.#steps = new StepsTable(report, packet, onchoose);
    this.#flame = report.head.returns ? new Flame(report, packet, onchoose) : null;
    const relatives = family(report, packet, actions);
    this.#lists = [this.#steps.list, ...(relatives === null ? [] : [relatives.list])];
    this.element = el(
      'main',
      { class: 'packet-view', attributes: { tabindex: '-1' } },
      title(report, packet, actions),
      this.#pictureSection(spacing),
      this.#flame?.element ?? null,
      section(
        'calls',
        'Calls',
        heading('Calls', el('span', { class: 'muted' }, 'what changed, where it changed')),
        el('div', { class: 'calls-box' }, this.#steps.element, this.#fields),
      ),
      relatives?.element ?? null,
    );
    this.choose(report.start(packet));
  }

  get chosen(): number {
    return this.#chosen;
  }

  /** Shows one of its events in all parts. */
  choose(event: number): void {
    const { report, packet } = this;
    this.#chosen = Math.min(Math.max(event, report.start(packet)), report.end(packet) - 1);
    this.#picture.choose(this.#chosen);
    this.#steps.choose(this.#chosen);
    this.#flame?.choose(this.#chosen);
    const at = this.#chosen - report.start(packet) + 1;
    this.#fields.replaceChildren(
      el('h3', {}, `Call ${at}: `, el('span', { class: 'mono' }, report.functionOf(this.#chosen))),
      fieldsAt(report, packet, this.#chosen),
    );
  }

  zoom(factor: number): void {
    this.#picture.zoom(factor);
  }

  print(isPrinting: boolean): void {
    for (const list of this.#lists) list.print(isPrinting);
  }

  #pictureSection(spacing: Spacing): HTMLElement {
    const modes = [
      ['time', 'Time to scale'],
      ['even', 'Even'],
    ] as const;
    const key = el(
      'span',
      { class: 'key' },
      el('i', { class: 'dot' }),
      'call',
      el('i', { class: 'square' }),
      'GSO',
      el('i', { class: 'cross' }, '✕'),
      'drop',
    );
    const tools = [
      key,
      choice('Spacing', modes, spacing, (mode) => this.actions.space(mode)),
      button('−', () => this.zoom(1 / 1.6), 'button small', 'Less of it ( - )'),
      button('+', () => this.zoom(1.6), 'button small', 'More of it ( + )'),
      button('All', () => this.#picture.fit(), 'button small', 'All of the way ( 0 )'),
    ];
    return section('way', 'Way', heading('Way', ...tools), this.#picture.canvas.element);
  }

  fit(): void {
    this.#picture.fit();
  }
}
