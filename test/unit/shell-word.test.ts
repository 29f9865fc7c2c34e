// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellWord } from '../../src/core/shell-word.js';

it.each(['len,mark', 'skb->hash', '#1', 'a file#2', "it's", '$HOME', '', 'a\nb', '*', '~', 'ct.so'])(
  'a shell takes a word for what it is: %s',
  (word) => {
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' })).toBe(word);
  },
);

it('leaves plain words as they are', () => {
  expect(shellWord('/tmp/trace.ipft#2')).toBe('/tmp/trace.ipft#2');
});
