// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Actions } from './actions.js';
import { laneClass } from './canvas.js';
import { button, el } from './dom.js';
import { laneText } from './lane-rows.js';
import { badges } from './packet-list.js';
import type { Report } from './report.js';
import { isApart, SideBySide } from './side-by-side.js';
import { isValue } from './steps-table.js';
import { duration, plural, since } from './text.js';

const functions = (report: Report, packet: number): string[] =>
  Array.from({ length: report.end(packet) - report.start(packet) }, (_, at) =>
    report.functionOf(report.start(packet) + at),
  );

const shown = (value = ''): string => (isValue(value) ? value : 'none');

/** Fields that differ between two events. */
function differences(report: Report, one: number, other: number): string[] {
  return report.fields.flatMap(({ name, values, of }) => {
    const [a, b] = [of[one] ?? 0, of[other] ?? 0];
    return a === b ? [] : [`${name} ${shown(values[a])} | ${shown(values[b])}`];
  });
}

/** Two packets beside each other. */
export class CompareView {
  readonly element: HTMLElement;
  /** null: there are no two packets */
  readonly #sides: SideBySide | null;

  constructor(
    private readonly report: Report,
    private readonly one: number | null,
    private readonly other: number | null,
    private readonly actions: Actions,
  ) {
    this.#sides =
      one === null || other === null
        ? null
        : new SideBySide({
            functions: [functions(report, one), functions(report, other)],
            titles: ['left', 'since start', '', 'right', 'since start', 'fields that differ: left | right'],
            cells: (side, at) => this.#cells(side, at),
            about: (a, b) => differences(report, this.#event(0, a), this.#event(1, b)).join(', '),
          });
    const parts =
      this.#sides === null
        ? [
            el(
              'p',
              { class: 'empty' },
              'Two numbers of packets, or Compare at a packet or a way, show them side by side.',
            ),
          ]
        : [this.#summary(this.#sides), this.#sides.element];
    this.element = el(
      'main',
      { class: 'compare', attributes: { tabindex: '-1' } },
      this.#pickers(),
      ...parts,
    );
  }

  print(isPrinting: boolean): void {
    this.#sides?.print(isPrinting);
  }

  #pickers(): HTMLElement {
    const picker = (
      packet: number | null,
      name: string,
      set: (packet: number | null) => void,
    ): HTMLElement => {
      const input = el('input', {
        attributes: { type: 'number', min: '1', 'aria-label': name, placeholder: 'number' },
      });
      input.value = packet === null ? '' : String(this.report.number(packet));
      input.addEventListener('change', () => set(this.report.find(Number(input.value)) ?? null));
      const about =
        packet === null
          ? [el('span', { class: 'muted' }, 'no such packet in this report')]
          : [
              ...badges(this.report, packet),
              el('span', { class: 'muted' }, this.report.kinship(packet)),
              button('Open', () => this.actions.open(packet), 'link'),
            ];
      return el(
        'div',
        { class: 'picker' },
        el('label', {}, `${name} #`, input),
        ...(packet === null && input.value === '' ? [] : about),
      );
    };
    return el(
      'header',
      { class: 'pickers' },
      picker(this.one, 'Left', (packet) => this.actions.compare(packet, this.other)),
      button('Swap', () => this.actions.compare(this.other, this.one), 'button'),
      picker(this.other, 'Right', (packet) => this.actions.compare(this.one, packet)),
    );
  }

  /** The event of a side. */
  #event(side: 0 | 1, at: number): number {
    return this.report.start((side === 0 ? this.one : this.other) ?? 0) + at;
  }

  #summary({ pairs }: SideBySide): HTMLElement {
    const { report } = this;
    const own = (side: 0 | 1): number => pairs.filter((pair) => pair[1 - side] === null).length;
    const first = pairs.findIndex(isApart);
    const before = pairs[first - 1]?.[0] ?? null;
    const parting = pairs[first];
    const name = (side: 0 | 1): string | null => {
      const at = parting?.[side] ?? null;
      return at === null ? null : report.functionOf(this.#event(side, at));
    };
    const [one, other] = [report.at('length', this.one ?? 0), report.at('length', this.other ?? 0)];
    const where =
      first < 0
        ? 'Both called the same functions in the same order.'
        : `They part ${before === null ? 'at the beginning' : `after ${report.functionOf(this.#event(0, before))}`}: ${name(0) === null ? 'right' : 'left'} alone calls ${name(0) ?? name(1) ?? ''}.`;
    return el(
      'div',
      { class: 'verdict' },
      el('p', { class: 'lead' }, where),
      ...this.#ends(),
      el(
        'p',
        { class: 'muted' },
        `${plural(pairs.length - own(0) - own(1), 'call')} in both, ${own(0)} only left, ${own(1)} only right. Left took ${duration(one)}, right ${duration(other)} (${other >= one ? '+' : '−'}${duration(Math.abs(other - one))}).`,
      ),
    );
  }

  /** What dropped the one and the other. */
  #ends(): HTMLElement[] {
    return (['left', 'right'] as const).flatMap((side) => {
      const drops = this.report.drops.get((side === 'left' ? this.one : this.other) ?? -1) ?? [];
      return drops.map(({ place, reason }) =>
        el('p', { class: 'dropped' }, `The ${side} one was dropped by ${place}: ${reason}.`),
      );
    });
  }

  #cells(side: 0 | 1, at: number): HTMLElement[] {
    const { report } = this;
    const event = this.#event(side, at);
    const packet = (side === 0 ? this.one : this.other) ?? 0;
    const lane = report.at('lane', event);
    return [
      el(
        'span',
        { class: 'pair-function', title: report.functionOf(event) },
        el('i', { class: `lane-mark ${laneClass(lane)}`, title: laneText(report, lane) }),
        report.functionOf(event),
      ),
      el('span', { class: 'number muted' }, since(report.times[event] ?? 0, report.at('length', packet))),
    ];
  }
}
