// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { CLONE } from '../../src/core/abi.js';
import { printable } from '../../src/core/printable.js';
import { useBrowser } from '../support/browser.js';
import { exported } from '../support/packets/exported.js';
import { recordingOf, RECORDINGS, written } from '../support/packets/recorded.js';
import { batchOf, pack, type Event } from '../support/packets/rows.js';
import { HOSTILE } from '../support/packets/hostile.js';
import { madeTrace } from '../support/packets/made-trace.js';

const RELEASE = dirname(createRequire(import.meta.url).resolve('speedscope/dist/release/index.html'));

interface Profile {
  readonly name: string;
  readonly endValue: number;
  readonly events: readonly { readonly type: 'O' | 'C'; readonly frame: number; readonly at: number }[];
}

interface File {
  readonly profiles: readonly Profile[];
  readonly shared: { readonly frames: readonly { readonly name: string }[] };
}

const isValid = new Ajv({ strict: false }).compile(
  JSON.parse(readFileSync(`${RELEASE}/file-format-schema.json`, 'utf8')) as object,
);

/** The file of a document; what speedscope refuses without a word of where fails. */
function fileOf(document: Buffer): File {
  const file = JSON.parse(document.toString()) as File;
  expect(isValid(file), JSON.stringify(isValid.errors)).toBe(true);
  for (const { events, endValue } of file.profiles) {
    const open: number[] = [];
    let last = 0;
    for (const { type, frame, at } of events) {
      expect(at).toBeGreaterThanOrEqual(last);
      last = at;
      if (type === 'O') open.push(frame);
      else expect(open.pop()).toBe(frame);
    }
    expect({ open, last: Math.max(last, endValue) }).toEqual({ open: [], last: endValue });
  }
  return file;
}

interface Line {
  readonly packet: number;
  readonly timestamp: number;
  readonly function: string;
  readonly is_return: boolean;
  readonly duration_ns?: number;
}

const linesOf = (name: string): Line[] =>
  written(name, 'json')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

it.each(Object.keys(RECORDINGS))('has a profile for each packet, with its calls: %s', async (name) => {
  const { traced, batches } = await recordingOf(name);
  const { profiles, shared } = fileOf(exported('speedscope', traced, batches));
  const calls = linesOf(name).filter((line) => !line.is_return);
  const packets = [...new Set(calls.map(({ packet }) => packet))];
  expect(profiles.map((profile) => profile.name.split(/[:,]/)[0])).toEqual(
    packets.map((packet) => `#${packet}`),
  );
  for (const [index, packet] of packets.entries()) {
    const own = calls.filter((line) => line.packet === packet);
    const opened = profiles[index]?.events.filter(({ type }) => type === 'O') ?? [];
    expect(opened.map(({ frame, at }) => [shared.frames[frame]?.name, at])).toEqual(
      own.map((line) => [line.function, line.timestamp - (own[0]?.timestamp ?? 0)]),
    );
  }
});

const NO_REASON = 'unknown (this kernel has no drop reasons)';

const EVENTS: readonly Event[] = [
  { time: 1_000n, packet: 1n, isFirst: true, tid: 7 },
  { time: 1_500n, packet: 1n, function: 1, tid: 7 },
  { time: 2_000n, packet: 2n, parent: 1n, kinship: CLONE, isRelation: true },
  { time: 2_100n, packet: 2n, parent: 1n, family: 1n, kinship: CLONE, isFirst: true, isRelated: true },
  { time: 2_600n, packet: 1n, function: 2, tid: 7, isLast: true },
  { time: 2_900n, packet: 2n, function: 1, isLast: true },
  { time: 3_000n, packet: 3n, function: 1, isFirst: true },
  { time: 4_300n, packet: 3n, isDrop: true, reason: 3, address: 0xffffffff81000010n, isLast: true },
];

it('names a packet by what it is to others, where it was dropped, and when it was first seen', () => {
  const file = fileOf(exported('speedscope', madeTrace({ follows: true }), [batchOf(pack(EVENTS))]));
  expect(file.profiles.map(({ name, endValue }) => [name, endValue])).toEqual([
    ['#1, at 0.000000000 s', 1600],
    ['#2: clone of #1, at 0.000001100 s', 800],
    [`#3: dropped by 0xffffffff81000010: ${NO_REASON}, at 0.000002000 s`, 1300],
  ]);
});

describe('calls and returns of several threads', () => {
  const graph = (events: readonly Event[]) =>
    fileOf(exported('speedscope', madeTrace({ returns: true }), [batchOf(pack(events))])).profiles;

  it('are one profile if they do not overlap', () => {
    const profiles = graph([
      { time: 100n, tid: 1, address: 1n },
      { time: 200n, tid: 1, address: 1n, isReturn: true, duration: 100n },
      { time: 300n, tid: 2, function: 1, address: 2n },
      { time: 400n, tid: 2, function: 1, address: 2n, isReturn: true, duration: 100n },
    ]);
    expect(profiles).toHaveLength(1);
  });

  it('are a profile for each thread if they overlap', () => {
    const profiles = graph([
      { time: 100n, tid: 1, address: 1n },
      { time: 150n, tid: 0, cpu: 3, function: 1, address: 2n },
      { time: 200n, tid: 1, address: 1n, isReturn: true, duration: 100n },
      { time: 250n, tid: 0, cpu: 3, function: 1, address: 2n, isReturn: true, duration: 100n },
    ]);
    expect(profiles.map(({ name }) => name.replace(/, at.*/, ''))).toEqual([
      '#1, thread 1',
      '#1, idle thread of CPU 3',
    ]);
  });

  it('are nested whatever is missing: a call without its return, a return without its call', () => {
    const [profile] = graph([
      { time: 100n, tid: 1, address: 1n },
      { time: 150n, tid: 1, function: 1, address: 2n },
      { time: 180n, tid: 1, function: 2, address: 3n, isReturn: true, duration: 500n },
      { time: 200n, tid: 1, address: 1n, isReturn: true, duration: 100n },
    ]);
    expect(profile?.events.map(({ type, at }) => [type, at])).toEqual([
      ['O', 0],
      ['O', 0],
      ['O', 50],
      ['C', 80],
      ['C', 80],
      ['C', 100],
    ]);
  });
});

describe('speedscope in Chromium', () => {
  const folder = mkdtempSync('/tmp/ipft-speedscope-');
  const browser = useBrowser();
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A page that shows the document's functions in a table. */
  async function shown(name: string, document: Buffer): Promise<Page> {
    writeFileSync(`${folder}/${name}`, document);
    const page = await browser().newPage();
    page.on('dialog', () => expect.unreachable());
    page.on('pageerror', (error) => expect.unreachable(error.message));
    await page.goto(pathToFileURL(`${RELEASE}/index.html`).href);
    await page.locator('input[type=file]').setInputFiles(`${folder}/${name}`);
    await page.getByText('Sandwich').click();
    return page;
  }

  /** Total and own time of each function, as the table has them: three digits. */
  const tableOf = async (page: Page): Promise<Map<string, string[]>> => {
    const cells = await page.locator('table').last().locator('td').allInnerTexts();
    const times = cells.map((cell) => cell.split(' ')[0] ?? '');
    return new Map(
      cells.flatMap((name, index): [string, string[]][] =>
        index % 3 === 2 ? [[name.replace(/\s/g, ' '), times.slice(index - 2, index)]] : [],
      ),
    );
  };

  const UNITS: Readonly<Record<string, number>> = { ns: 1, µs: 1e3, ms: 1e6 };

  /** `3.52ms` in ns, as far as it says. */
  const nsOf = (text = ''): number => {
    const [, value, unit = ''] = /^([\d.]+)(\D+)$/.exec(text) ?? [];
    return Number(value) * (UNITS[unit] ?? NaN);
  };

  it('has the names and the times of a packet', async () => {
    const { traced, batches } = await recordingOf('function-graph');
    const page = await shown('graph.json', exported('speedscope', traced, batches));
    const returns = linesOf('function-graph').filter((line) => line.is_return && line.packet === 1);
    for (const name of ['ip_output', 'ip_rcv', 'icmp_rcv']) {
      const ns = returns
        .filter((line) => line.function === name)
        .reduce((sum, line) => sum + (line.duration_ns ?? 0), 0);
      const [total] = (await tableOf(page)).get(name) ?? [];
      expect(Math.abs(nsOf(total) / ns - 1)).toBeLessThan(0.005);
    }
    expect(await page.title()).toMatch(/^#1, at 0\.000000000 s/);
    await page.close();
  });

  it('has each packet, and names from strangers are text', async () => {
    const names = [HOSTILE, 'a;b', 'c'];
    const page = await shown(
      'two.json',
      exported('speedscope', madeTrace({ follows: true }, names), [batchOf(pack(EVENTS))]),
    );
    await page.getByText('c_[nf_tables]').waitFor();
    const shownNames = [...(await tableOf(page)).keys()];
    const expected = [printable(HOSTILE).replace(/\s/g, ' '), 'a;b', 'c_[nf_tables]'];
    expect(shownNames.toSorted()).toEqual(expected.toSorted());
    for (const title of [
      '#2: clone of #1, at 0.000001100 s(2/3)',
      `#3: dropped by 0xffffffff81000010: ${NO_REASON}, at 0.000002000 s(3/3)`,
    ]) {
      await page.keyboard.press('n');
      await page.getByText(title.replace(/.*s(?=\()/, '')).waitFor();
      const bar = await page.locator('body').innerText();
      expect(bar.replace(/\s/g, '')).toContain(title.replace(/\s/g, ''));
    }
    expect(await tableOf(page)).toEqual(new Map([['a;b', ['1.30µs', '1.30µs']]]));
    await page.close();
  });
});
