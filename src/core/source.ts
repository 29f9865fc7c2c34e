// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * What a cell's text is made of, and of nothing else: rows that have the same there have the same text, which can be kept
 * and copied (core/kept-text.ts).
 */
export type Source =
  /** a small number that may be another one in each row, at this offset of the row; unless it is small, of more than that */
  | { readonly index: number }
  /** words of 32 bits, which differ little from one event of a packet to the next, at these offsets of the row */
  | { readonly words: readonly number[] };

export interface Sourced {
  /** undefined: it may be made of anything, such as rows before this one */
  readonly source?: Source | undefined;
}

/** The words in which the row's members at these offsets begin. */
export const wordsAt = (...offsets: readonly number[]): Source => ({
  words: [...new Set(offsets.map((offset) => offset & ~3))],
});

/** The words of the row's members of 64 bits at these offsets. */
export const longsAt = (...offsets: readonly number[]): Source =>
  wordsAt(...offsets.flatMap((offset) => [offset, offset + 4]));

/** Says what a cell's text is made of. */
export function madeOf<Cell extends object>(source: Source | undefined, cell: Cell): Cell & Sourced {
  return source === undefined ? cell : Object.assign(cell, { source });
}

/** What a text is made of whose parts are made of these; undefined: it can only be kept in parts, or not at all. */
export function together(sources: readonly (Source | undefined)[]): Source | undefined {
  const words = new Set<number>();
  const indexes = new Set<number>();
  for (const source of sources) {
    if (source === undefined) return undefined;
    if ('index' in source) indexes.add(source.index);
    else source.words.forEach((word) => words.add(word));
  }
  const [index] = indexes;
  if (index === undefined) return { words: [...words] };
  return indexes.size === 1 && words.size === 0 ? { index } : undefined;
}
