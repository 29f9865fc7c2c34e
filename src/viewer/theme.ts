// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

type Theme = 'light' | 'dark';

function show(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  tell();
}

/** Tells what is drawn that the colours have changed. */
const tell = (): void => void document.dispatchEvent(new Event('themechange'));

const preferred = (): Theme => (prefersDark.matches ? 'dark' : 'light');

/** Shows the colours that the reader prefers, and light ones on paper. */
export function followTheme(): void {
  show(preferred());
  prefersDark.addEventListener('change', () => show(preferred()));
  matchMedia('print').addEventListener('change', tell);
}

/** The other one of light and dark, until the page is closed. */
export const toggleTheme = (): void =>
  show(document.documentElement.dataset['theme'] === 'dark' ? 'light' : 'dark');
