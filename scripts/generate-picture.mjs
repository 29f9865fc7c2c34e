// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Makes docs/report.png, README's picture, from the page that `make demo` has made; needs Debian's Chromium.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = resolve(import.meta.dirname, '..');
const page = resolve(root, '.cache/demo/gso-transfer.html');
const picture = resolve(root, 'docs/report.png');

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  // A GSO packet that goes from one namespace into the other one.
  await tab.goto(`${pathToFileURL(page).href}#view=packets&q=is:gso ns:ipft-a ns:ipft-b`);
  await tab.waitForSelector('html[data-ready]');
  await tab.keyboard.press('j');
  await tab.keyboard.press('e'); // of a guest's times most would be at the left
  await tab.waitForTimeout(500); // canvases are drawn in the next frame
  await tab.screenshot({ path: picture });
} finally {
  await browser.close();
}
console.log(`docs/report.png: ${statSync(picture).size} bytes`);
