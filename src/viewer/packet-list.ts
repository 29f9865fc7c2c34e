// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Actions } from './actions.js';
import { el } from './dom.js';
import type { Report } from './report.js';
import { KIND_WORDS, termsOf, withTerm } from './search.js';
import { count, duration, moment, plural } from './text.js';
import { VirtualList } from './virtual-list.js';

const ROW = 48;

const badge = (text: string, kind: string): HTMLElement => el('span', { class: `badge ${kind}` }, text);

/** What marks a packet: dropped, GSO, no end. */
export function badges(report: Report, packet: number): HTMLElement[] {
  const reason = report.drops.get(packet)?.[0]?.reason;
  return [
    ...(report.hasFlag(packet, 'isDropped') ? [badge(reason ?? 'dropped', 'is-drop')] : []),
    ...(report.hasFlag(packet, 'isGso') ? [badge('GSO', 'is-gso')] : []),
    ...(report.hasFlag(packet, 'isIncomplete') ? [badge('no end', 'is-open')] : []),
  ];
}

function row(report: Report, packet: number): HTMLElement {
  const kinship = report.kinship(packet);
  const parent = report.at('parent', packet);
  const [calls, ofClass] = [report.end(packet) - report.start(packet), report.at('class', packet)];
  const about = [
    ...(kinship === '' ? [] : [parent === 0 ? kinship : `${kinship} of #${parent}`]),
    plural(calls, 'call'),
    ...(ofClass === 0 ? [] : [`way ${ofClass}`]),
  ].join(' · ');
  return el(
    'div',
    { class: 'packet' },
    el('span', { class: 'packet-number' }, `#${report.number(packet)}`),
    el('span', { class: 'packet-badges' }, ...badges(report, packet)),
    el('span', { class: 'packet-length' }, duration(report.at('length', packet))),
    el('span', { class: 'packet-about', title: moment(report.at('first', packet)) }, about),
  );
}

/** A menu that sets a word of the query. */
function menu(
  label: string,
  key: string,
  texts: readonly string[],
  before: string,
  actions: Actions,
  query: () => string,
): HTMLSelectElement {
  const options = texts.map((text) =>
    el('option', { attributes: { value: text.toLowerCase() } }, before + text),
  );
  const select = el(
    'select',
    { attributes: { 'aria-label': label, 'data-key': key } },
    el('option', { attributes: { value: '' } }, label),
    ...options,
  );
  select.addEventListener('change', () => actions.search(withTerm(query(), key, select.value)));
  return select;
}

const unique = (texts: readonly (string | null)[]): string[] =>
  [...new Set(texts.filter((text) => text !== null))].sort();

/** Menus have no more entries than these. */
const MOST_ENTRIES = 300;

/** Chooses what a menu has of this text. */
function chooseIn(select: HTMLSelectElement, text: string): void {
  select.value = text;
  if (select.selectedIndex < 0) select.value = '';
}

/** Menus for what there is. */
function menus(report: Report, actions: Actions, query: () => string): HTMLSelectElement[] {
  const named = (label: string, key: string, texts: readonly string[], before = ''): HTMLSelectElement[] =>
    texts.length === 0 ? [] : [menu(label, key, texts.slice(0, MOST_ENTRIES), before, actions, query)];
  const ways = report.head.overview.classes.map((_, index) => String(index + 1));
  return [
    ...named('Any drop reason', 'drop', unique(report.reasons)),
    ...named('Any namespace', 'ns', unique(report.lanes.map(({ namespace }) => namespace))),
    ...named('Any device', 'dev', unique(report.lanes.map(({ device }) => device))),
    ...named('Any function', 'fn', unique(report.functions)),
    ...named('Any way', 'way', ways, 'way '),
    ...named('Any kind', 'is', KIND_WORDS),
  ];
}

/** The packets of the report, or those that were looked for. */
export class PacketList {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly list: VirtualList;
  readonly #count = el('span', { class: 'muted', attributes: { role: 'status' } });
  readonly #menus: readonly HTMLSelectElement[];
  #found: Uint32Array = new Uint32Array();

  constructor(
    private readonly report: Report,
    actions: Actions,
  ) {
    this.input = el('input', {
      attributes: {
        ...{
          type: 'search',
          placeholder: 'Function, reason, namespace, device, #number  ( / )',
          spellcheck: 'false',
        },
        ...{ 'aria-label': 'Search packets', autocomplete: 'off' },
      },
    });
    this.input.addEventListener('input', () => actions.search(this.input.value));
    this.#menus = menus(report, actions, () => this.input.value);
    this.list = new VirtualList({
      ...{ label: 'Packets', rowHeight: ROW },
      row: (index) => row(report, this.#found[index] ?? 0),
      onchoose: (index) => actions.open(this.#found[index] ?? 0),
    });
    this.element = el(
      'nav',
      { class: 'packets', attributes: { 'aria-label': 'Packets' } },
      el('div', { class: 'search' }, this.input, el('div', { class: 'menus' }, ...this.#menus), this.#count),
      this.list.element,
    );
  }

  /** Shows these packets. */
  show(found: Uint32Array, query: string, chosen: number): void {
    this.#found = found;
    if (this.input.value !== query) this.input.value = query;
    const terms = termsOf(query);
    for (const select of this.#menus)
      chooseIn(select, terms.find(({ key }) => key === select.dataset['key'])?.text ?? '');
    const all = this.report.packets;
    this.#count.textContent =
      found.length === all ? plural(all, 'packet') : `${count(found.length)} of ${plural(all, 'packet')}`;
    this.list.show(found.length, found.indexOf(chosen));
    if (found.length === 0) this.list.element.dataset['empty'] = 'No packet has all of this.';
    else delete this.list.element.dataset['empty'];
  }

  choose(packet: number): void {
    const index = this.#found.indexOf(packet);
    if (index >= 0) this.list.choose(index);
  }

  /** The packet that stands so many rows after this one; the first one if this one is not among them. */
  beside(packet: number, rows: number): number | undefined {
    const index = this.#found.indexOf(packet);
    if (index < 0) return this.#found[0];
    return this.#found[Math.min(Math.max(index + rows, 0), this.#found.length - 1)];
  }
}
