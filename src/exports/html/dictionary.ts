// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Numbers texts from 0, in the order in which they come first. */
export class Dictionary {
  readonly #numbers = new Map<string, number>();
  readonly texts: string[] = [];

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.texts.length;
    this.#numbers.set(text, number);
    this.texts.push(text);
    return number;
  }
}
