// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { namespaceNames } from '../../src/machine/netns-name.js';

it('names of network namespaces are looked for once, and once a second where there is none', () => {
  const names = new Map([[1, 'one']]);
  let [time, looked] = [0, 0];
  const nameOf = namespaceNames(
    (inode) => {
      looked++;
      return names.get(inode) ?? null;
    },
    () => time,
  );
  const asked = (inode: number): [string | null, number] => {
    looked = 0;
    return [nameOf(inode), looked];
  };
  expect([asked(1), asked(1), asked(2), asked(2)]).toEqual([
    ['one', 1],
    ['one', 0],
    [null, 1],
    [null, 0],
  ]);
  names.set(2, 'two');
  time = 999;
  expect(asked(2)).toEqual([null, 0]);
  time = 1000;
  expect([asked(2), asked(2)]).toEqual([
    ['two', 1],
    ['two', 0],
  ]);
});
