// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { View } from './actions.js';

/** What keys do. */
export interface Commands {
  go(view: View): void;
  nextPacket(rows: number): void;
  /** false: no packet is shown */
  nextCall(calls: number): boolean;
  focusSearch(): void;
  toggleSpacing(): void;
  /** null: show all */
  zoom(factor: number | null): void;
  openParent(): void;
  compareThis(): void;
  toggleTheme(): void;
  toggleHelp(): void;
}

const ZOOM = 1.6;
const PAGE = 10;

const ACTIONS: Readonly<Record<string, (commands: Commands) => unknown>> = {
  j: (to) => to.nextPacket(1),
  k: (to) => to.nextPacket(-1),
  ArrowDown: (to) => to.nextCall(1),
  ArrowUp: (to) => to.nextCall(-1),
  ArrowRight: (to) => to.nextCall(1),
  ArrowLeft: (to) => to.nextCall(-1),
  PageDown: (to) => to.nextCall(PAGE),
  PageUp: (to) => to.nextCall(-PAGE),
  Home: (to) => to.nextCall(-Infinity),
  End: (to) => to.nextCall(Infinity),
  '/': (to) => to.focusSearch(),
  '1': (to) => to.go('overview'),
  '2': (to) => to.go('packets'),
  '3': (to) => to.go('compare'),
  e: (to) => to.toggleSpacing(),
  '+': (to) => to.zoom(ZOOM),
  '=': (to) => to.zoom(ZOOM),
  '-': (to) => to.zoom(1 / ZOOM),
  '0': (to) => to.zoom(null),
  p: (to) => to.openParent(),
  c: (to) => to.compareThis(),
  t: (to) => to.toggleTheme(),
  '?': (to) => to.toggleHelp(),
};

/** In the list of packets arrows go from one to the next. */
const IN_LIST: typeof ACTIONS = {
  ArrowDown: (to) => to.nextPacket(1),
  ArrowUp: (to) => to.nextPacket(-1),
};

const isInList = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('.packets .list') !== null;

const isTyping = (target: EventTarget | null): target is HTMLElement =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement;

export function listenToKeys(commands: Commands): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) {
      if (event.key === 'Escape' || (event.key === 'Enter' && event.target instanceof HTMLInputElement))
        event.target.blur();
      return;
    }
    const action = isInList(event.target) ? (IN_LIST[event.key] ?? ACTIONS[event.key]) : ACTIONS[event.key];
    if (action === undefined || (document.querySelector('dialog[open]') !== null && event.key !== '?'))
      return;
    if (action(commands) !== false) event.preventDefault();
  });
}
