// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { el } from '../dom.js';

/** A table of texts. */
export const table = (titles: readonly string[], rows: readonly (readonly string[])[]): HTMLElement =>
  el(
    'div',
    { class: 'table-box' },
    el(
      'table',
      { class: 'grid-table' },
      el(
        'thead',
        {},
        el('tr', {}, ...titles.map((title) => el('th', { attributes: { scope: 'col' } }, title))),
      ),
      el('tbody', {}, ...rows.map((row) => el('tr', {}, ...row.map((text) => el('td', {}, text))))),
    ),
  );
