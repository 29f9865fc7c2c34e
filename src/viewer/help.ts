// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { button, el } from './dom.js';
import { KIND_WORDS } from './search.js';

const KEYS = [
  ['j, k', 'next, previous packet'],
  ['↓, ↑', 'next, previous call of the packet'],
  ['/', 'search'],
  ['Esc', 'leave the search, close this help'],
  ['1, 2, 3', 'overview, packets, comparison'],
  ['e', 'time to scale, or even spacing'],
  ['+, −, 0', 'more, less, all of the way'],
  ['p', 'the packet that this one was made from'],
  ['c', 'compare this packet: first the one, then the other'],
  ['t', 'light or dark'],
  ['?', 'this help'],
] as const;

const WORDS = [
  ['ip_rcv', 'a function, reason, namespace, device or value of a field with this in it'],
  ['#12', 'the packet with this number'],
  ['fn: drop: ns: dev:', 'only functions, reasons and places of drops, namespaces, devices'],
  ['way:2', 'packets that went this way'],
  ['rel:segment', 'packets that are this to another one'],
  ['len:1500', 'a field with this in it'],
  [KIND_WORDS.map((word) => `is:${word}`).join(' '), 'packets of this kind'],
] as const;

const list = (rows: readonly (readonly [string, string])[], tag: 'kbd' | 'code'): HTMLElement =>
  el('dl', {}, ...rows.flatMap(([name, text]) => [el('dt', {}, el(tag, {}, name)), el('dd', {}, text)]));

/** The help, closed. */
export function help(): HTMLDialogElement {
  const dialog = el(
    'dialog',
    { class: 'help', attributes: { 'aria-label': 'Help' } },
    el('h2', {}, 'Keys'),
    list(KEYS, 'kbd'),
    el('h2', {}, 'Search'),
    list(WORDS, 'code'),
    el(
      'p',
      { class: 'muted' },
      'A packet has to have all the words. "Words with spaces" stand in quotation marks.',
    ),
  );
  dialog.append(button('Close', () => dialog.close()));
  return dialog;
}
