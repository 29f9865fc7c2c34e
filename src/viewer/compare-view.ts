// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Actions } from './actions.js';
import { align } from '../ways/align.js';
import { laneClass } from './canvas.js';
import { button, el, heading, section } from './dom.js';
import { laneText } from './lane-rows.js';
import { badges } from './packet-list.js';
import type { Report } from './report.js';
import { isValue } from './steps-table.js';
import { duration, plural, since } from './text.js';
import { VirtualList } from './virtual-list.js';

const ROW = 26;
/** Equal calls that are left standing around what differs. */
const AROUND = 2;
const MOST_ROWS = 26;

/** A place of two ways beside each other; null: only the other one has it. */
type Pair = readonly [number | null, number | null];

/** Places that are the same beside each other, then those that only the first has, then those of the second. */
function pairsOf(left: readonly string[], right: readonly string[]): Pair[] {
  return align(left, right).flatMap(({ isSame, left: [from, to], right: [start, end] }): Pair[] => {
    const ofLeft = Array.from({ length: to - from }, (_, at) => from + at);
    if (isSame) return ofLeft.map((at) => [at, at - from + start]);
    const ofRight = Array.from({ length: end - start }, (_, at) => start + at);
    return [...ofLeft.map((at): Pair => [at, null]), ...ofRight.map((at): Pair => [null, at])];
  });
}

const functions = (report: Report, packet: number): string[] =>
  Array.from({ length: report.end(packet) - report.start(packet) }, (_, at) =>
    report.functionOf(report.start(packet) + at),
  );

/** A line of the comparison: calls beside each other, or so many equal ones that are folded away. */
type Line =
  { readonly pair: Pair; readonly differs: boolean } | { readonly from: number; readonly folded: number };

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
  readonly list: VirtualList | null;
  readonly #pairs: readonly Pair[];
  #lines: readonly Line[] = [];
  #isFolded = true;

  constructor(
    private readonly report: Report,
    private readonly one: number | null,
    private readonly other: number | null,
    private readonly actions: Actions,
  ) {
    const isWhole = one !== null && other !== null;
    this.#pairs = isWhole ? pairsOf(functions(report, one), functions(report, other)) : [];
    this.list = isWhole
      ? new VirtualList({ label: 'Comparison', rowHeight: ROW, row: (index) => this.#row(index) })
      : null;
    const parts =
      this.list === null
        ? [
            el(
              'p',
              { class: 'empty' },
              'Two numbers of packets, or Compare at a packet or a way, show them side by side.',
            ),
          ]
        : [this.#summary(), this.#table(this.list)];
    this.element = el(
      'main',
      { class: 'compare', attributes: { tabindex: '-1' } },
      this.#pickers(),
      ...parts,
    );
    this.#fold(true);
  }

  print(isPrinting: boolean): void {
    this.list?.print(isPrinting);
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

  #differs(pair: Pair): boolean {
    return pair[0] === null || pair[1] === null;
  }

  /** The event of a side. */
  #event(side: 0 | 1, at: number): number {
    return this.report.start((side === 0 ? this.one : this.other) ?? 0) + at;
  }

  #summary(): HTMLElement {
    const { report } = this;
    const own = (side: 0 | 1): number => this.#pairs.filter((pair) => pair[1 - side] === null).length;
    const first = this.#pairs.findIndex((pair) => this.#differs(pair));
    const before = this.#pairs[first - 1]?.[0] ?? null;
    const parting = this.#pairs[first];
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
        `${plural(this.#pairs.length - own(0) - own(1), 'call')} in both, ${own(0)} only left, ${own(1)} only right. Left took ${duration(one)}, right ${duration(other)} (${other >= one ? '+' : '−'}${duration(Math.abs(other - one))}).`,
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

  #table(list: VirtualList): HTMLElement {
    const fold = button('All calls', () => {
      this.#fold(!this.#isFolded);
      fold.textContent = this.#isFolded ? 'All calls' : 'Only what differs';
    });
    const titles = ['left', 'since start', '', 'right', 'since start', 'fields that differ: left | right'];
    const head = el(
      'div',
      { class: 'pair head', attributes: { 'aria-hidden': 'true' } },
      ...titles.map((title) => el('span', {}, title)),
    );
    return section(
      'comparison',
      'Comparison',
      heading('Side by side', fold),
      el('div', { class: 'pairs' }, head, list.element),
    );
  }

  #fold(isFolded: boolean): void {
    this.#isFolded = isFolded;
    const pairs = this.#pairs;
    const isNear = (at: number): boolean =>
      pairs.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((pair) => this.#differs(pair));
    const lines: Line[] = [];
    for (let at = 0; at < pairs.length; at++) {
      const pair = pairs[at] ?? [null, null];
      if (!isFolded || isNear(at)) {
        lines.push({ pair, differs: this.#differs(pair) });
        continue;
      }
      const from = at;
      while (at + 1 < pairs.length && !isNear(at + 1)) at++;
      if (at === from) lines.push({ pair, differs: false });
      else lines.push({ from, folded: at - from + 1 });
    }
    this.#lines = lines;
    if (this.list === null) return;
    this.list.element.style.height = `${Math.min(lines.length, MOST_ROWS) * ROW + 2}px`;
    this.list.show(lines.length);
  }

  #row(index: number): HTMLElement {
    const line = this.#lines[index];
    if (line === undefined || 'folded' in line)
      return el('div', { class: 'pair folded' }, el('span', {}, plural(line?.folded ?? 0, 'equal call')));
    const [a, b] = line.pair;
    const about =
      a !== null && b !== null ? differences(this.report, this.#event(0, a), this.#event(1, b)) : [];
    const mark = a === null ? '+' : b === null ? '−' : '';
    return el(
      'div',
      { class: `pair${line.differs ? (a === null ? ' only-right' : ' only-left') : ''}` },
      ...this.#side(0, a),
      el('span', { class: 'pair-mark' }, mark),
      ...this.#side(1, b),
      el('span', { class: 'pair-about' }, about.join(', ')),
    );
  }

  #side(side: 0 | 1, at: number | null): HTMLElement[] {
    if (at === null) return [el('span'), el('span')];
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
