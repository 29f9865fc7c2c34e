// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { align } from '../ways/align.js';
import { button, el, heading, section } from './dom.js';
import { plural } from './text.js';
import { VirtualList } from './virtual-list.js';

const ROW = 26;
/** Equal calls that are left standing around what differs. */
const AROUND = 2;
const MOST_ROWS = 26;

/** A place of two ways beside each other; null: only the other one has it. */
export type Pair = readonly [number | null, number | null];

/** A line of the comparison: calls beside each other, or so many equal ones that are folded away. */
type Line =
  { readonly pair: Pair; readonly differs: boolean } | { readonly from: number; readonly folded: number };

/** Two ways that are compared. */
export interface Sides {
  /** functions that each of them called */
  readonly functions: readonly [readonly string[], readonly string[]];
  /** of the six columns */
  readonly titles: readonly string[];
  /** what stands on a side for its call at this place: two cells */
  readonly cells: (side: 0 | 1, at: number) => HTMLElement[];
  /** what differs between two calls of the same function */
  readonly about: (left: number, right: number) => string;
}

/** Places that are the same beside each other, then those that only the first has, then those of the second. */
function pairsOf([left, right]: Sides['functions']): Pair[] {
  return align(left, right).flatMap(({ isSame, left: [from, to], right: [start, end] }): Pair[] => {
    const ofLeft = Array.from({ length: to - from }, (_, at) => from + at);
    if (isSame) return ofLeft.map((at) => [at, at - from + start]);
    const ofRight = Array.from({ length: end - start }, (_, at) => start + at);
    return [...ofLeft.map((at): Pair => [at, null]), ...ofRight.map((at): Pair => [null, at])];
  });
}

export const isApart = ([left, right]: Pair): boolean => left === null || right === null;

/** Two ways beside each other, of which equal parts can be folded away. */
export class SideBySide {
  readonly element: HTMLElement;
  readonly pairs: readonly Pair[];
  readonly #list: VirtualList;
  #lines: readonly Line[] = [];
  #isFolded = true;

  /** `label`: of the list, for screen readers */
  constructor(
    private readonly sides: Sides,
    label = 'Comparison',
  ) {
    this.pairs = pairsOf(sides.functions);
    this.#list = new VirtualList({ label, rowHeight: ROW, row: (index) => this.#row(index) });
    const fold = button('All calls', () => {
      this.#fold(!this.#isFolded);
      fold.textContent = this.#isFolded ? 'All calls' : 'Only what differs';
    });
    const head = el(
      'div',
      { class: 'pair head', attributes: { 'aria-hidden': 'true' } },
      ...sides.titles.map((title) => el('span', {}, title)),
    );
    this.element = section(
      'comparison',
      label,
      heading('Side by side', fold),
      el('div', { class: 'pairs' }, head, this.#list.element),
    );
    this.#fold(true);
  }

  print(isPrinting: boolean): void {
    this.#list.print(isPrinting);
  }

  #fold(isFolded: boolean): void {
    this.#isFolded = isFolded;
    const { pairs } = this;
    const isNear = (at: number): boolean =>
      pairs.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(isApart);
    const lines: Line[] = [];
    for (let at = 0; at < pairs.length; at++) {
      const pair = pairs[at] ?? [null, null];
      if (!isFolded || isNear(at)) {
        lines.push({ pair, differs: isApart(pair) });
        continue;
      }
      const from = at;
      while (at + 1 < pairs.length && !isNear(at + 1)) at++;
      if (at === from) lines.push({ pair, differs: false });
      else lines.push({ from, folded: at - from + 1 });
    }
    this.#lines = lines;
    this.#list.element.style.height = `${Math.min(lines.length, MOST_ROWS) * ROW + 2}px`;
    this.#list.show(lines.length);
  }

  #row(index: number): HTMLElement {
    const line = this.#lines[index];
    if (line === undefined || 'folded' in line)
      return el('div', { class: 'pair folded' }, el('span', {}, plural(line?.folded ?? 0, 'equal call')));
    const [a, b] = line.pair;
    const about = a !== null && b !== null ? this.sides.about(a, b) : '';
    const mark = a === null ? '+' : b === null ? '−' : '';
    return el(
      'div',
      { class: `pair${line.differs ? (a === null ? ' only-right' : ' only-left') : ''}` },
      ...this.#side(0, a),
      el('span', { class: 'pair-mark' }, mark),
      ...this.#side(1, b),
      el('span', { class: 'pair-about', title: about }, about),
    );
  }

  #side(side: 0 | 1, at: number | null): HTMLElement[] {
    return at === null ? [el('span'), el('span')] : this.sides.cells(side, at);
  }
}
