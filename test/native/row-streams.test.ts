// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { decodeRows } from '../../src/capture/rows.js';
import { DATA, ROW_SIZE } from '../../src/core/abi.js';
import { loadAddon } from '../../src/native/addon.js';
import { encodeRows } from '../support/packets/encode-rows.js';
import { randomRows } from '../support/packets/random-rows.js';

const addon = loadAddon();

it.each([ROW_SIZE, ROW_SIZE + DATA])('rows of %d bytes are written as the format has them', (size) => {
  const words = size / 4;
  for (const count of [1, 2, 3, 300, 5000]) {
    const rows = randomRows(count, words);
    const payload = Buffer.from(addon.encodeRows(rows, count, words));
    if (count <= 300) expect(payload).toEqual(Buffer.from(encodeRows(rows, count, words)));
    expect(decodeRows(payload, words, count)).toEqual(rows);
  }
});

it('rows that are not there are refused', () => {
  const words = ROW_SIZE / 4;
  const rows = randomRows(2, words);
  expect(() => addon.encodeRows(rows, 3, words)).toThrow(RangeError);
  expect(() => addon.encodeRows(rows, 1, 1)).toThrow(RangeError);
});
