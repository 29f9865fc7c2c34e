// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { el } from './dom.js';

/** Rows that are made beyond those that are seen. */
const BEYOND = 8;
/** Rows that are printed. */
const MOST_PRINTED = 3000;

interface ListOptions {
  readonly label: string;
  readonly rowHeight: number;
  readonly row: (index: number) => HTMLElement;
  /** a row is chosen by a click */
  readonly onchoose?: (index: number) => void;
}

/** A list of which only those rows exist that are seen. */
export class VirtualList {
  readonly element: HTMLElement;
  readonly #space: HTMLElement;
  readonly #rows = new Map<number, HTMLElement>();
  #count = 0;
  #chosen = -1;
  #isPrinting = false;
  #isQueued = false;

  constructor(private readonly options: ListOptions) {
    this.#space = el('div', { class: 'rows' });
    this.element = el(
      'div',
      { class: 'list', attributes: { role: 'listbox', 'aria-label': options.label, tabindex: '0' } },
      this.#space,
    );
    this.element.addEventListener('scroll', () => this.#queue(), { passive: true });
    new ResizeObserver(() => this.#queue()).observe(this.element);
    this.element.addEventListener('click', (event) => this.#click(event));
  }

  get count(): number {
    return this.#count;
  }

  /** Shows so many rows, all of them anew. */
  show(count: number, chosen = -1): void {
    this.#count = count;
    this.#chosen = chosen;
    this.#space.style.height = `${count * this.options.rowHeight}px`;
    this.#clear();
    this.#render();
  }

  /** Marks a row, and scrolls to it if it is not seen. */
  choose(index: number, where: 'nearest' | 'center' = 'nearest'): void {
    const before = this.#chosen;
    this.#chosen = index;
    this.#mark(before);
    this.#scrollTo(index, where);
    this.#render();
    this.#mark(index);
  }

  /** While the page is printed all rows exist, up to a number. */
  print(isPrinting: boolean): void {
    this.#isPrinting = isPrinting;
    this.#render();
  }

  #scrollTo(index: number, where: 'nearest' | 'center'): void {
    const { rowHeight } = this.options;
    const { scrollTop, clientHeight } = this.element;
    const top = index * rowHeight;
    if (top >= scrollTop && top + rowHeight <= scrollTop + clientHeight) return;
    if (where === 'center') this.element.scrollTop = top - (clientHeight - rowHeight) / 2;
    else this.element.scrollTop = top < scrollTop ? top : top + rowHeight - clientHeight;
  }

  #queue(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    requestAnimationFrame(() => {
      this.#isQueued = false;
      this.#render();
    });
  }

  #clear(): void {
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
  }

  /** The rows that have to exist. */
  #range(): readonly [number, number] {
    if (this.#isPrinting) return [0, Math.min(this.#count, MOST_PRINTED)];
    const { rowHeight } = this.options;
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - BEYOND);
    return [first, Math.min(this.#count, Math.ceil((scrollTop + clientHeight) / rowHeight) + BEYOND)];
  }

  #render(): void {
    const [first, end] = this.#range();
    for (const [index, row] of this.#rows)
      if (index < first || index >= end) {
        row.remove();
        this.#rows.delete(index);
      }
    for (let index = first; index < end; index++) if (!this.#rows.has(index)) this.#add(index);
  }

  #add(index: number): void {
    const row = this.options.row(index);
    row.classList.add('row');
    row.style.top = `${index * this.options.rowHeight}px`;
    row.style.height = `${this.options.rowHeight}px`;
    row.dataset['index'] = String(index);
    row.id = `${this.options.label.replaceAll(/\W/g, '-')}-${index}`;
    row.setAttribute('role', 'option');
    row.setAttribute('aria-posinset', String(index + 1));
    row.setAttribute('aria-setsize', String(this.#count));
    this.#rows.set(index, row);
    this.#space.append(row);
    if (index === this.#chosen) this.#mark(index);
  }

  #mark(index: number): void {
    const row = this.#rows.get(index);
    if (row === undefined) return;
    const isChosen = index === this.#chosen;
    row.setAttribute('aria-selected', String(isChosen));
    row.classList.toggle('chosen', isChosen);
    if (isChosen) this.element.setAttribute('aria-activedescendant', row.id);
  }

  #click(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    if (target.closest('a, button') !== null) return;
    const index = target.closest<HTMLElement>('.row')?.dataset['index'];
    if (index !== undefined) this.options.onchoose?.(Number(index));
  }
}
