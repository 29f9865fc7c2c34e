// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { pieceOf, TextBuffer } from '../../src/core/text-buffer.js';
import { textOf } from '../support/packets/rows.js';

function written(write: (text: TextBuffer) => void): string {
  const text = new TextBuffer();
  write(text);
  return textOf([text.take()]);
}

function u64(value: bigint): DataView {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value, true);
  return view;
}

/** Around every number of digits, bits and halves. */
const EDGES = [10n, 2n]
  .flatMap((base) =>
    Array.from({ length: base === 2n ? 64 : 20 }, (_, power) => base ** BigInt(power)).flatMap((edge) => [
      edge - 1n,
      edge,
      edge + 1n,
    ]),
  )
  .filter((value) => value < 2n ** 64n);

describe('a text buffer', () => {
  it('writes numbers around every boundary in decimal and in hex', () => {
    for (const value of EDGES) {
      const view = u64(value);
      expect(written((text) => text.number64(view, 0))).toBe(value.toString());
      expect(written((text) => text.hex64(view, 0))).toBe(value.toString(16));
      if (value < 2n ** 53n) expect(written((text) => text.number(Number(value)))).toBe(value.toString());
    }
  });

  it('writes random numbers as toString() does', () => {
    for (let i = 0; i < 5_000; i++) {
      const value = Math.floor(2 ** (Math.random() * 53));
      if (written((text) => text.number(value)) !== value.toString()) throw new Error(`${value}`);
    }
  });

  it('holds pieces and strings of any length, including UTF-8, beyond its initial size', () => {
    const parts = ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'é', '€uro', 'x'.repeat(100_000)];
    const expected = parts.join('') + parts.join('');
    expect(
      written((text) => {
        for (const part of parts) text.piece(pieceOf(part));
        for (const part of parts) text.string(part);
      }),
    ).toBe(expected);
  });

  it('keeps its content when it grows', () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i}\n`);
    expect(written((text) => lines.forEach((line) => text.string(line)))).toBe(lines.join(''));
  });

  it.each([
    ['#1', 6, '    #1'],
    ['#123456', 6, '#123456'],
    ['', 3, '   '],
  ])('pads %j to %i', (value, width, padded) => {
    expect(
      written((text) => {
        text.string('before ');
        const start = text.size;
        text.string(value);
        text.padStart(start, width);
      }),
    ).toBe(`before ${padded}`);
  });

  it('trims and cuts after a given start', () => {
    expect(
      written((text) => {
        text.string(' kept ');
        const start = text.size;
        text.string('   name ');
        text.trimStart(start);
        const end = text.size;
        text.string('cut');
        text.cut(end);
        text.string('|');
      }),
    ).toBe(' kept name |');
  });

  it('starts anew after its bytes were taken', () => {
    const text = new TextBuffer();
    for (const length of [10, 5_000_000, 3]) {
      text.string('x'.repeat(length));
      expect(text.take().length).toBe(length);
    }
    expect(text.size).toBe(0);
  });
});
