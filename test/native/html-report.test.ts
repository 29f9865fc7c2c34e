// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, useBrowser } from '../support/browser.js';
import { IPFT } from '../support/ipft/process.js';
import { captureOf } from '../support/packets/captured.js';
import { reportTrace } from '../support/report/trace.js';

const FOLDER = mkdtempSync('/tmp/ipft-report-');
const EVENTS = 100_000;

function ipft(...args: string[]): string {
  const [program = '', ...words] = [...IPFT, ...args];
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`ipft ${args.join(' ')}: ${status} ${stderr}`);
  return stdout;
}

/** The address of a report, and the capture file that it is made from. */
async function made(
  name: string,
  trace: ReturnType<typeof reportTrace>,
  ...args: string[]
): Promise<{ readonly url: string; readonly file: string }> {
  const file = `${FOLDER}/${name}.ipft`;
  writeFileSync(file, await captureOf(trace.traced, trace.batches, null, [], true));
  ipft('export', '--to', 'html', file, '-w', `${FOLDER}/${name}.html`, ...args);
  return { url: pathToFileURL(`${FOLDER}/${name}.html`).href, file };
}

const browser = useBrowser();
/** What a page has said, asked for, and thrown. */
let said: string[] = [];

const opened = (url: string, how: { readonly width?: number; readonly hash?: string } = {}): Promise<Page> =>
  openPage(browser(), said, url, how);

const title = (page: Page): Promise<string | null> => page.locator('h1').textContent();
const chosenCall = (page: Page): Promise<string | null> => page.locator('.fields-box h3').textContent();
const listed = (page: Page): Promise<number> =>
  page.locator('.packets .row').first().getAttribute('aria-setsize').then(Number);

/** Waits until a question has this answer; fails after some seconds. */
const becomes = async <Answer>(ask: () => Promise<Answer>, answer: Answer): Promise<void> =>
  expect.poll(ask, { timeout: 10_000 }).toEqual(answer);

afterAll(() => rmSync(FOLDER, { recursive: true }));

interface Line {
  readonly packet?: number;
  readonly function?: string;
  readonly drop?: { readonly reason: string; readonly cause: string | null };
}

describe('the page of a hundred thousand events', () => {
  let url = '';
  let lines: readonly Line[] = [];
  const packetsWith = (matches: (line: Line) => boolean): number =>
    new Set(lines.filter(matches).map(({ packet }) => packet)).size;
  const dropsWith = (matches: (reason: string) => boolean): number =>
    lines.filter(({ drop }) => drop !== undefined && matches(drop.reason)).length;

  beforeAll(async () => {
    const { url: made100k, file } = await made('large', reportTrace(EVENTS));
    url = made100k;
    const text = ipft('show', '-o', 'json', file, '--drops') + ipft('show', '-o', 'json', file);
    lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    said = [];
  });

  it('has the counts of the JSON', async () => {
    const page = await opened(url);
    const events = ipft('show', '-o', 'json', '--events-only', `${FOLDER}/large.ipft`).trimEnd().split('\n');
    const figures = page.locator('.figures');
    expect(Number(await figures.getAttribute('data-events'))).toBe(events.length);
    expect(Number(await figures.getAttribute('data-packets'))).toBe(
      packetsWith(({ function: name }) => name !== undefined),
    );
    const reasons = new Map<string, number>();
    for (const { drop } of lines)
      if (drop !== undefined) {
        const reason = drop.cause ?? drop.reason;
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    const rows = await page.locator('.reasons tbody tr').allInnerTexts();
    const shown = rows.map((row) => row.replaceAll('\u202f', '').split(/\s+/));
    expect(new Map(shown.map((row) => [row[0], Number(row.at(-1))]))).toEqual(reasons);
  });

  it('makes only the rows that are seen, and says nothing and asks for nothing meanwhile', async () => {
    const page = await opened(url, { hash: 'view=packets' });
    expect(await listed(page)).toBeGreaterThan(3000);
    expect(await page.locator('.packets .row').count()).toBeLessThan(60);
    const end = await page.locator('.packets .row').first().getAttribute('aria-setsize');
    await page.evaluate("document.querySelector('.packets .list').scrollTo(0, 1e9)");
    await becomes(() => page.locator('.packets .row').last().getAttribute('aria-posinset'), end);
    await page.locator('.packets .row').last().click();
    expect(await title(page)).toMatch(/^Packet #\d{4}/);
    expect(said).toEqual([]);
  });

  it('finds what the JSON has', async () => {
    const page = await opened(url, { hash: 'view=packets' });
    const found = async (query: string): Promise<number> => {
      await page.getByLabel('Search packets').fill(query);
      return listed(page);
    };
    expect(await found('fn:pskb_expand_head')).toBe(
      packetsWith((line) => line.function === 'pskb_expand_head'),
    );
    expect(await found('is:dropped')).toBe(dropsWith(() => true));
    expect(await found('drop:no_socket')).toBe(dropsWith((reason) => reason === 'NO_SOCKET'));
    expect(await found('#53')).toBe(1);
    expect(await title(page)).toBe('Packet #53');
    await page.getByLabel('Search packets').fill('no such thing');
    await becomes(() => page.locator('.packets .row').count(), 0);
  });

  it('obeys the keyboard', async () => {
    const page = await opened(url);
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press('2', 'j', 'j');
    expect(await title(page)).toBe('Packet #3');
    await press('k', 'ArrowDown', 'ArrowRight');
    expect(await title(page)).toBe('Packet #2');
    expect(await chosenCall(page)).toBe('Call 3: ip_finish_output');
    await press('End', 'ArrowUp');
    expect(await chosenCall(page)).toBe('Call 27: skb_release_head_state');
    await press('e');
    expect(await page.locator('.segment[aria-pressed=true]').textContent()).toBe('Even');
    expect(await chosenCall(page)).toBe('Call 27: skb_release_head_state');
    await press('/');
    await page.keyboard.type('#10');
    await press('Escape');
    expect(await title(page)).toBe('Packet #10');
    await press('p');
    expect(await title(page)).toBe('Packet #9');
    await press('?');
    expect(await page.locator('dialog[open]').count()).toBe(1);
    await press('Escape', 't');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(said).toEqual([]);
  });

  it('shows a family, and two packets side by side', async () => {
    const page = await opened(url, { hash: 'view=packets&packet=12' });
    expect(await page.locator('.facts').textContent()).toContain('segment 3/40 of #9');
    expect(await page.locator('.family .row').first().getAttribute('aria-setsize')).toBe('42');
    await page.locator('.stage').press('1');
    await page.locator('.classes tr', { hasText: 'skb_linearize' }).getByText('Compare').first().click();
    expect(await page.locator('.lead').textContent()).toMatch(/validate_xmit_skb: .*skb_linearize/);
    expect(await page.locator('.pair.only-right').count()).toBe(2);
  });

  it.each([800, 1280, 1920])('is never wider than the window (%i)', async (width) => {
    for (const hash of [
      'view=overview',
      'view=packets&packet=108',
      'view=packets&packet=9',
      'view=compare&left=2&right=53',
    ]) {
      const page = await opened(url, { width, hash });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await page.close();
    }
  });

  it('prints all calls of a packet, dark on light', async () => {
    const page = await opened(url, { hash: 'view=packets&packet=108' });
    expect(await page.locator('.calls .row').count()).toBeLessThan(60);
    await page.keyboard.press('t');
    const ofPage = 'getComputedStyle(document.body).backgroundColor';
    expect(await page.evaluate(ofPage)).toBe('rgb(20, 23, 27)');
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(ofPage)).toBe('rgb(255, 255, 255)');
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator('.calls .row').count()).toBe(400);
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate("window.dispatchEvent(new Event('afterprint'))");
    expect(await page.locator('.calls .row').count()).toBeLessThan(60);
  });

  it('is a few MB at most', () => {
    expect(readFileSync(`${FOLDER}/large.html`).length).toBeLessThan(4_000_000);
  });
});

it('calls and returns are a flame graph', async () => {
  const { url } = await made('graph', reportTrace(2000, { returns: true }));
  said = [];
  const page = await opened(url, { hash: 'view=packets&packet=9' });
  expect(await page.locator('.flame [role=status]').textContent()).toMatch(/^ip_output: [\d.]+ µs$/);
  await page.locator('.flame canvas').click({ position: { x: 600, y: 30 } });
  expect(await chosenCall(page)).not.toMatch(/^Call 1:/);
  expect(said).toEqual([]);
});

it('says what it leaves out', async () => {
  const { url } = await made('limited', reportTrace(20_000), '--max-events', '4000');
  const page = await opened(url);
  expect(await page.getByRole('note').textContent()).toMatch(/This report has \d+ of \d+ packets/);
});

describe('names that strangers have chosen', () => {
  const markup = '</script></style><img src=x onerror=stolen=1><b>';
  const names = {
    function: `${markup}f`,
    namespace: `${markup}\u202en\u0000`,
    device: '<i onclick=x>\u202e',
  };
  let url = '';
  beforeAll(async () => {
    ({ url } = await made('hostile', reportTrace(3000, { names })));
    said = [];
  });

  it.each(['view=overview', 'view=packets&packet=1', 'view=compare&left=1&right=2'])(
    'are text, and no element, in %s',
    async (hash) => {
      const page = await opened(url, { hash });
      expect(await page.locator('img, .stage b b, b:has-text("f</"), [onclick], [onerror]').count()).toBe(0);
      expect(await page.evaluate('document.scripts.length')).toBe(1);
      expect(await page.evaluate("'stolen' in window")).toBe(false);
      const text = await page.locator('.stage').textContent();
      expect(text).not.toMatch(/[\u0000\u202e]/);
      if (hash.includes('packet=1'))
        for (const each of [`${markup}\\u202en\\u0000`, `${markup}f`]) expect(text).toContain(each);
      expect(said).toEqual([]);
    },
  );

  it('are nowhere in the file as they are', () => {
    const text = readFileSync(`${FOLDER}/hostile.html`, 'utf8');
    expect(text).not.toContain('onerror');
    expect(text.match(/<\/script/g)).toHaveLength(2);
  });
});

it('runs no other script and loads nothing, by its policy', async () => {
  const { url } = await made('policy', reportTrace(100));
  const page = await opened(url);
  const ran = await page.evaluate(`(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    const fetched = await fetch('data:text/plain,x').then(() => true, () => false);
    return [fetched, 'ran' in window];
  })()`);
  expect(ran).toEqual([false, false]);
});
