// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { DiffReport } from '../../src/ways/trace-comparison.js';
import { openPage, useBrowser } from '../support/browser.js';
import { IPFT } from '../support/ipft/process.js';
import { captureOf } from '../support/packets/captured.js';
import { HOME } from '../support/home.js';
import { reportTrace } from '../support/report/trace.js';

/* ipft diff --html: the page has what --json has, and loads nothing. */

const FOLDER = mkdtempSync('/tmp/ipft-diff-page-');

function ipft(...args: string[]): {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const [program = '', ...words] = [...IPFT, ...args];
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return { code: status, stdout, stderr };
}

const browser = useBrowser();
let said: string[] = [];

/** The page of a comparison, and what --json says of it. */
async function compared(
  left: string,
  right: string,
): Promise<{ readonly page: Page; readonly json: DiffReport }> {
  const html = ipft('diff', left, right, '--html');
  expect(html).toMatchObject({ code: 0, stderr: '' });
  writeFileSync(`${FOLDER}/diff.html`, html.stdout);
  said = [];
  return {
    page: await openPage(browser(), said, pathToFileURL(`${FOLDER}/diff.html`).href),
    json: JSON.parse(ipft('diff', left, right, '--json').stdout) as DiffReport,
  };
}

/** The path of a capture file of a trace. */
async function made(name: string, { traced, batches }: ReturnType<typeof reportTrace>): Promise<string> {
  const file = `${FOLDER}/${name}.ipft`;
  writeFileSync(file, await captureOf(traced, batches, null, [], true));
  return file;
}

const textsOf = (page: Page, selector: string): Promise<string[]> => page.locator(selector).allInnerTexts();

afterAll(() => rmSync(FOLDER, { recursive: true }));

describe('the page of ipft diff', () => {
  const [GOOD, BAD] = ['function', 'function-graph'].map((name) =>
    join(HOME, `test/unit/recordings/${name}.ipft`),
  ) as [string, string];

  it.each([
    ['files', GOOD, BAD],
    ['packets', `${GOOD}#1`, `${BAD}#1`],
  ])('shows where two %s part, with both ways beside each other', async (_, left, right) => {
    const { page, json } = await compared(left, right);
    const [way] = json.ways;
    if (way === undefined) throw new Error('nothing was compared');
    expect(await textsOf(page, '.lead')).toEqual([
      `They part after ${way.parting?.after}, the last of ${way.parting?.common} functions in common: ` +
        `left goes on with ${way.parting?.left}, right goes on with ${way.parting?.right}.`,
    ]);
    expect(await textsOf(page, '.only-left .pair-function')).toEqual(way.only_left);
    await page.getByRole('button', { name: 'All calls' }).click();
    const shown = await textsOf(page, '.comparison .pair-function');
    expect(shown).toHaveLength(way.left.functions.length + way.right.functions.length);
    expect([...new Set(shown)].sort()).toEqual(
      [...new Set([...way.left.functions, ...way.right.functions])].sort(),
    );
    const hops = await textsOf(page, '.hops tbody tr td:nth-child(2)');
    expect(hops).toEqual(way.hops.slice(0, 12).map(({ from }) => from));
    expect(said).toEqual([]);
  });

  it('shows the fields that differ, and drops of one of both', async () => {
    const { page, json } = await compared(
      await made('short', reportTrace(300)),
      await made('long', reportTrace(3000)),
    );
    expect(json.drops.length).toBeGreaterThan(0);
    const drops = await textsOf(page, '.drops tbody tr td:first-child');
    expect(drops).toEqual(json.drops.map((drop) => `${drop.function}: ${drop.cause ?? drop.reason}`));
    expect(await textsOf(page, '.way h2')).toHaveLength(
      json.ways.length + (await textsOf(page, '.way .panel h2')).length,
    );
    expect(said).toEqual([]);
  });

  it('says so where nothing differs', async () => {
    const { page } = await compared(GOOD, GOOD);
    expect(await textsOf(page, 'h1')).toEqual(['They differ in nothing but time and number of packets.']);
    expect(await textsOf(page, '.lead')).toEqual(['Both called the same functions in the same order.']);
  });

  it('has the names of strangers as text, and no element or policy of theirs', async () => {
    const markup = '</script></style><img src=x onerror=stolen=1><b>';
    const names = { function: `${markup}f`, namespace: 'n', device: '<i onclick=x>' };
    const { page } = await compared(
      await made('<b onclick=x>', reportTrace(300, { names })),
      await made('plain', reportTrace(300)),
    );
    expect(await page.locator('img, b, [onclick], [onerror]').count()).toBe(0);
    expect(await page.evaluate('document.scripts.length')).toBe(1);
    expect(await page.evaluate("'stolen' in window")).toBe(false);
    expect(await page.locator('.stage').textContent()).toContain(`${markup}f`);
    expect(readFileSync(`${FOLDER}/diff.html`, 'utf8')).not.toContain('onerror');
    expect(said).toEqual([]);
  });

  it('is not asked for together with JSON', () => {
    expect(ipft('diff', GOOD, BAD, '--html', '--json')).toMatchObject({ code: 2, stdout: '' });
  });
});
