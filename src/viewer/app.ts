// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Actions, Spacing, View } from './actions.js';
import { CompareView } from './compare-view.js';
import { whenPrinted } from './data.js';
import { button, el } from './dom.js';
import { help } from './help.js';
import { listenToKeys, type Commands } from './keys.js';
import { overview } from './overview.js';
import { PacketList } from './packet-list.js';
import { PacketView } from './packet-view.js';
import type { Report } from './report.js';
import { search } from './search.js';
import { visible } from './text.js';
import { followTheme, toggleTheme } from './theme.js';

const VIEWS = [
  ['overview', 'Overview'],
  ['packets', 'Packets'],
  ['compare', 'Compare'],
] as const;

/** Where the page is, and what it does. */
export class App implements Actions, Commands {
  readonly parts: readonly HTMLElement[];
  readonly #stage = el('div', { class: 'stage' });
  readonly #tabs: readonly HTMLButtonElement[];
  readonly #help = help();
  readonly #list: PacketList;
  #view: View = 'overview';
  #packet = 0;
  #query = '';
  #spacing: Spacing = 'time';
  #compared: [number | null, number | null] = [null, null];
  #shownPacket: PacketView | null = null;
  #shownCompare: CompareView | null = null;

  constructor(private readonly report: Report) {
    this.#list = new PacketList(report, this);
    this.#tabs = VIEWS.map(([view, name]) => button(name, () => this.go(view), 'tab'));
    this.parts = [this.#bar(), this.#stage, this.#help];
    followTheme();
    listenToKeys(this);
    whenPrinted((isPrinting) => {
      this.#shownPacket?.print(isPrinting);
      this.#shownCompare?.print(isPrinting);
    });
    window.addEventListener('hashchange', () => this.#follow());
    this.#list.show(search(report, ''), '', -1);
    if (location.hash === '') this.go('overview');
    else this.#follow();
  }

  go(view: View): void {
    this.#view = view;
    this.#shownPacket = this.#shownCompare = null;
    this.#tabs.forEach((tab, index) => tab.setAttribute('aria-pressed', String(VIEWS[index]?.[0] === view)));
    this.#stage.className = `stage is-${view}`;
    this.#stage.replaceChildren(...this.#content(view));
    this.#note();
  }

  open(packet: number, step?: number): void {
    this.#packet = packet;
    if (this.#view === 'packets') {
      this.#shownPacket = this.#packetView();
      this.#stage.querySelector('main')?.replaceWith(this.#shownPacket.element);
      this.#note();
    } else this.go('packets');
    if (step !== undefined) this.#shownPacket?.choose(this.report.start(packet) + step);
    this.#list.choose(packet);
  }

  compare(one: number | null, other: number | null): void {
    const [kept] = this.#compared;
    this.#compared =
      other === null && one !== null && kept !== null && this.#view !== 'compare'
        ? [kept, one]
        : [one, other];
    this.go('compare');
  }

  search(query: string): void {
    this.#query = query;
    const found = search(this.report, query);
    const isFound = found.includes(this.#packet);
    if (this.#view !== 'packets') {
      this.#packet = isFound ? this.#packet : (found[0] ?? this.#packet);
      this.go('packets');
    } else if (!isFound && found[0] !== undefined) this.open(found[0]);
    this.#list.show(found, query, this.#packet);
    this.#note();
  }

  space(spacing: Spacing): void {
    this.#spacing = spacing;
    const step =
      this.#shownPacket === null ? undefined : this.#shownPacket.chosen - this.report.start(this.#packet);
    if (this.#view === 'packets') this.open(this.#packet, step);
  }

  nextPacket(rows: number): void {
    const packet = this.#list.beside(this.#packet, this.#view === 'packets' ? rows : 0);
    if (packet !== undefined) this.open(packet);
  }

  nextCall(calls: number): boolean {
    if (this.#shownPacket === null) return false;
    this.#shownPacket.choose(this.#shownPacket.chosen + calls);
    return true;
  }

  focusSearch(): void {
    if (this.#view !== 'packets') this.go('packets');
    this.#list.input.focus();
    this.#list.input.select();
  }

  toggleSpacing(): void {
    this.space(this.#spacing === 'time' ? 'even' : 'time');
  }

  zoom(factor: number | null): void {
    if (factor === null) this.#shownPacket?.fit();
    else this.#shownPacket?.zoom(factor);
  }

  openParent(): void {
    const parent = this.report.find(this.report.at('parent', this.#packet));
    if (this.#view === 'packets' && parent !== undefined) this.open(parent);
  }

  compareThis(): void {
    if (this.#view === 'packets') this.compare(this.#packet, null);
  }

  toggleTheme(): void {
    toggleTheme();
  }

  toggleHelp(): void {
    if (this.#help.open) this.#help.close();
    else this.#help.showModal();
  }

  #content(view: View): HTMLElement[] {
    switch (view) {
      case 'overview':
        return [overview(this.report, this)];
      case 'packets':
        if (this.report.packets === 0) return [el('main', { class: 'empty' }, 'This report has no packets.')];
        this.#shownPacket = this.#packetView();
        setTimeout(() => this.#list.choose(this.#packet));
        return [this.#list.element, this.#shownPacket.element];
      case 'compare':
        this.#shownCompare = new CompareView(this.report, ...this.#compared, this);
        return [this.#shownCompare.element];
    }
  }

  #packetView(): PacketView {
    return new PacketView(this.report, this.#packet, this, this.#spacing);
  }

  #bar(): HTMLElement {
    const { host, kernel, command } = this.report.head;
    const about = [host, `Linux ${kernel}`]
      .filter((text) => text !== null)
      .map(visible)
      .join(' · ');
    return el(
      'header',
      { class: 'bar' },
      el('strong', { class: 'brand' }, 'ipft'),
      el('div', { class: 'tabs', attributes: { role: 'group', 'aria-label': 'Views' } }, ...this.#tabs),
      el('span', { class: 'about', title: command === null ? about : visible(command) }, about),
      button('Light / dark', () => toggleTheme(), 'button', 'Light or dark ( t )'),
      button('?', () => this.toggleHelp(), 'button', 'Help ( ? )'),
    );
  }

  /** Writes into the address where the page is, so that it is there again when it is opened anew. */
  #note(): void {
    const where = new URLSearchParams({ view: this.#view });
    if (this.#view === 'packets' && this.report.packets > 0)
      where.set('packet', String(this.report.number(this.#packet)));
    if (this.#query !== '') where.set('q', this.#query);
    const [one, other] = this.#compared;
    if (this.#view === 'compare' && one !== null) where.set('left', String(this.report.number(one)));
    if (this.#view === 'compare' && other !== null) where.set('right', String(this.report.number(other)));
    const hash = `#${where.toString()}`;
    if (location.hash !== hash) history.replaceState(null, '', hash);
  }

  /** Goes where the address says. */
  #follow(): void {
    const where = new URLSearchParams(location.hash.slice(1));
    const packet = (name: string): number | null => this.report.find(Number(where.get(name))) ?? null;
    this.#query = where.get('q') ?? '';
    this.#packet = packet('packet') ?? this.#packet;
    this.#compared = [packet('left'), packet('right')];
    this.#list.show(search(this.report, this.#query), this.#query, this.#packet);
    this.go(VIEWS.find(([view]) => view === where.get('view'))?.[0] ?? 'overview');
  }
}
