// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';

/** Debian's Chromium. Tests run as root, whom it gives no sandbox, and where /dev/shm may be small; the pages are files of ours. */
const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });

/** A browser for all tests of a file, which closes its pages after each of them. Returns what gives it. */
export function useBrowser(): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(() => browser.close());
  return () => browser;
}

/** Opens a page of ours, and waits until it is shown. `said`: gets what it says, asks for and throws. */
export async function openPage(
  browser: Browser,
  said: string[],
  url: string,
  { width = 1280, hash = '' } = {},
): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => request.url().startsWith(url) || said.push(request.url()));
  await page.goto(hash === '' ? url : `${url}#${hash}`);
  await page.waitForSelector('html[data-ready]');
  return page;
}
