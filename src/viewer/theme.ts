// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
const isDark = matchMedia('(prefers-color-scheme: dark)');

const tell = (): void => void document.dispatchEvent(new Event('themechange'));

/** Tells what is drawn when the colours change. */
export function followTheme(): void {
  isDark.addEventListener('change', tell);
  matchMedia('print').addEventListener('change', tell);
}

/** The other one of light and dark, until the page is closed. */
export function toggleTheme(): void {
  const root = document.documentElement;
  const now = root.dataset['theme'] ?? (isDark.matches ? 'dark' : 'light');
  root.dataset['theme'] = now === 'dark' ? 'light' : 'dark';
  tell();
}
