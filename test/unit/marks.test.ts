// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/cli/parse.js';
import { completeOptions } from '../../src/api/check.js';

describe('marks', () => {
  const packets = (...args: string[]): unknown => {
    const request = parseCommandLine(args, '');
    return request.kind === 'trace' && [request.options.mark, request.options.mask];
  };

  it.each([
    [
      ['-m', '0x1'],
      [1, 0xffffffff],
    ],
    [
      ['-m', '0x100/0x300'],
      [0x100, 0x300],
    ],
    [
      ['-m', '0xdeadbeef/0xffffffff'],
      [0xdeadbeef, 0xffffffff],
    ],
    [
      ['-m', '0/0xff'],
      [0, 0xff],
    ],
    [
      ['-m', '3', '--mask', '1'],
      [3, 1],
    ],
    [
      ['--mask', '0'],
      [0, 0],
    ],
  ])('%j', (args, expected) => expect(packets(...args)).toEqual(expected));
});

it('a script may ask for every packet by mask 0 alone', () => {
  expect(completeOptions({ mask: 0 })).toMatchObject({ mark: 0, mask: 0 });
});
