// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { Messages } from '../../src/terminal/messages.js';
import { Progress } from '../../src/terminal/progress.js';

/** Messages to a terminal, or to something else. */
class Written extends Messages {
  override readonly terminal: boolean;
  readonly texts: string[];

  constructor(terminal: boolean) {
    const texts: string[] = [];
    super({ write: (text) => texts.push(text) });
    this.texts = texts;
    this.terminal = terminal;
  }
}

async function* pieces(count: number, size: number): AsyncGenerator<Buffer> {
  for (let piece = 0; piece < count; piece++) yield await Promise.resolve(Buffer.alloc(size));
}

/** What is written while four pieces of 250 kB are read, 200 ms for each. */
async function written(isTerminal: boolean, total: number | null, isQuiet = false): Promise<string[]> {
  const messages = new Written(isTerminal);
  let ms = 0;
  const progress = new Progress(messages, 'Reading a', total, isQuiet, () => ms);
  let bytes = 0;
  for await (const piece of progress.through(pieces(4, 250_000))) {
    bytes += piece.length;
    ms += 200;
  }
  expect(bytes).toBe(1_000_000);
  return messages.texts;
}

it('is told on a terminal once it takes long, and is gone at the end', async () => {
  expect(await written(true, 1_000_000)).toEqual(['\rReading a: 75 % of 1.0 MB\x1b[K', '\r\x1b[K']);
});

it('of something of unknown size is told in bytes', async () => {
  expect(await written(true, null)).toEqual(['\rReading a: 0.8 MB\x1b[K', '\r\x1b[K']);
});

it('is told nowhere else, and not where results are written', async () => {
  expect(await written(false, 1_000_000)).toEqual([]);
  expect(await written(true, 1_000_000, true)).toEqual([]);
});

it('a name in it is taken for no more than text', async () => {
  const messages = new Written(true);
  let ms = 0;
  const progress = new Progress(messages, 'Reading a\x1b[2J\n', null, false, () => (ms += 400));
  for await (const piece of progress.through(pieces(3, 1))) expect(piece).toHaveLength(1);
  expect(messages.texts.join('')).not.toMatch(/\x1b\[2J|\n/);
});
