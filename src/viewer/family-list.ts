// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Actions } from './actions.js';
import { button, el, heading, section } from './dom.js';
import { badges } from './packet-list.js';
import type { Report } from './report.js';
import { duration, plural } from './text.js';
import { VirtualList } from './virtual-list.js';

const ROW = 28;
const MOST_ROWS = 12;
const MOST_DEPTH = 8;

interface Member {
  readonly packet: number;
  readonly depth: number;
}

/** The packets of a family as a tree: each below what it was made from. */
function familyTree(report: Report, packet: number): Member[] {
  const members = report.family(packet);
  const children = new Map<number, number[]>();
  const roots: number[] = [];
  const known = new Set(members);
  for (const each of members) {
    const parent = report.find(report.at('parent', each));
    if (parent === undefined || !known.has(parent) || parent === each) roots.push(each);
    else children.set(parent, [...(children.get(parent) ?? []), each]);
  }
  const tree: Member[] = [];
  const waiting = roots.map((root) => ({ packet: root, depth: 0 })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    tree.push(next);
    const depth = next.depth + 1;
    for (const child of (children.get(next.packet) ?? []).toReversed())
      waiting.push({ packet: child, depth });
  }
  return tree;
}

/** The family of a packet, on one scale of time. */
function familyRows(report: Report, tree: readonly Member[], packet: number, actions: Actions): VirtualList {
  const first = Math.min(...tree.map((each) => report.at('first', each.packet)));
  const last = Math.max(
    ...tree.map((each) => report.at('first', each.packet) + report.at('length', each.packet)),
  );
  const whole = Math.max(1, last - first);
  const list = new VirtualList({
    ...{ label: 'Family', rowHeight: ROW },
    row: (index) => {
      const { packet: each, depth } = tree[index] ?? { packet: 0, depth: 0 };
      const bar = el('i', { class: report.hasFlag(each, 'isDropped') ? 'life is-drop' : 'life' });
      bar.style.left = `${(100 * (report.at('first', each) - first)) / whole}%`;
      bar.style.width = `${Math.max(0.4, (100 * report.at('length', each)) / whole)}%`;
      const name = el(
        'span',
        { class: 'family-name' },
        el('b', {}, `#${report.number(each)}`),
        ` ${report.kinship(each)}`,
      );
      name.style.paddingLeft = `${Math.min(depth, MOST_DEPTH) * 14}px`;
      return el(
        'div',
        { class: 'member' },
        name,
        el('span', { class: 'lifeline' }, bar),
        el('span', { class: 'number muted' }, duration(report.at('length', each))),
        el('span', { class: 'member-badges' }, ...badges(report, each)),
      );
    },
    onchoose: (index) => actions.open(tree[index]?.packet ?? packet),
  });
  list.element.style.height = `${Math.min(tree.length, MOST_ROWS) * ROW + 2}px`;
  list.show(
    tree.length,
    tree.findIndex((each) => each.packet === packet),
  );
  return list;
}

/** `#7 gro into this one at +12 µs` */
function links(report: Report, packet: number, actions: Actions): HTMLElement | null {
  const own = report.number(packet);
  const items = report.links
    .filter((link) => link.packet === own || link.parent === own)
    .map((link) => {
      const other = link.packet === own ? link.parent : link.packet;
      const index = report.find(other);
      const name =
        index === undefined
          ? el('span', {}, `#${other}`)
          : button(`#${other}`, () => actions.open(index), 'link');
      const at = duration(link.ns - report.at('first', packet));
      const text =
        link.packet === own
          ? `took the data of (${link.relation}, ${link.bytes} bytes)`
          : `its data went into (${link.relation}, ${link.bytes} bytes)`;
      return el('li', {}, el('span', { class: 'muted' }, `at ${at} `), `${text} `, name);
    });
  return items.length === 0 ? null : el('ul', { class: 'links' }, ...items.slice(0, 100));
}

/** The section about relatives, and its list; null: the packet has none in the report. */
export function family(
  report: Report,
  packet: number,
  actions: Actions,
): { readonly element: HTMLElement; readonly list: VirtualList } | null {
  const tree = familyTree(report, packet);
  const further = links(report, packet, actions);
  const parent = report.at('parent', packet);
  const isParentAbsent = parent !== 0 && report.find(parent) === undefined;
  if (tree.length < 2 && further === null && !isParentAbsent) return null;
  const list = familyRows(report, tree, packet, actions);
  const absent = isParentAbsent
    ? el('p', { class: 'muted note' }, `Its parent #${parent} is not in this report.`)
    : null;
  const head = heading('Family', el('span', { class: 'muted' }, plural(tree.length, 'packet')));
  return { list, element: section('family', 'Family', head, list.element, absent, further) };
}
