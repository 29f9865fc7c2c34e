// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { align, differencesIn, distanceOf, type Stretch } from '../../src/ways/align.js';
import { Random } from '../support/random.js';

const letters = (text: string): string[] => text.split('');
const aligned = (left: string, right: string): Stretch[] => align(letters(left), letters(right));

/** Length of the longest common subsequence, by the book. */
function longestCommon(left: readonly string[], right: readonly string[]): number {
  let before = new Array<number>(right.length + 1).fill(0);
  for (const each of left) {
    const row = [0];
    for (const [at, other] of right.entries())
      row.push(each === other ? (before[at] ?? 0) + 1 : Math.max(before[at + 1] ?? 0, row[at] ?? 0));
    before = row;
  }
  return before.at(-1) ?? 0;
}

describe('two sequences', () => {
  it('that are the same have one stretch, and empty ones none', () => {
    expect(aligned('abc', 'abc')).toEqual([{ isSame: true, left: [0, 3], right: [0, 3] }]);
    expect(aligned('', '')).toEqual([]);
  });

  it('have nothing in common, or one is empty', () => {
    expect(aligned('ab', 'c')).toEqual([{ isSame: false, left: [0, 2], right: [0, 1] }]);
    expect(aligned('', 'c')).toEqual([{ isSame: false, left: [0, 0], right: [0, 1] }]);
  });

  it('differ at the start, in the middle and at the end', () => {
    const [left, right] = [letters('xabcdy'), letters('abqcd')];
    expect(differencesIn(align(left, right), left, right)).toEqual([
      { after: null, left: ['x'], right: [] },
      { after: 'b', left: [], right: ['q'] },
      { after: 'd', left: ['y'], right: [] },
    ]);
  });

  it('are covered whole, by stretches that take turns, with as few edits as there can be', () => {
    const numbers = new Random();
    const sequence = (): string[] =>
      Array.from({ length: numbers.below(30) }, () => numbers.pick('a', 'b', 'c', 'd'));
    for (let round = 0; round < 500; round++) {
      const [left, right] = [sequence(), sequence()];
      const stretches = align(left, right);
      let [atLeft, atRight] = [0, 0];
      for (const [place, { isSame, left: ofLeft, right: ofRight }] of stretches.entries()) {
        expect([ofLeft[0], ofRight[0]]).toEqual([atLeft, atRight]);
        expect(stretches[place - 1]?.isSame).not.toBe(isSame);
        if (isSame) expect(left.slice(...ofLeft)).toEqual(right.slice(...ofRight));
        [atLeft, atRight] = [ofLeft[1], ofRight[1]];
      }
      expect([atLeft, atRight]).toEqual([left.length, right.length]);
      expect(distanceOf(stretches)).toBe(left.length + right.length - 2 * longestCommon(left, right));
    }
  });

  it('of any length are aligned soon: what differs too much is one stretch', () => {
    const many = (name: string): string[] => Array.from({ length: 100_000 }, (_, at) => `${name}${at}`);
    const [left, right] = [
      ['a', ...many('b'), 'c'],
      ['a', ...many('d'), 'c'],
    ];
    expect(align(left, right)).toEqual([
      { isSame: true, left: [0, 1], right: [0, 1] },
      { isSame: false, left: [1, 100_001], right: [1, 100_001] },
      { isSame: true, left: [100_001, 100_002], right: [100_001, 100_002] },
    ]);
  });
});
