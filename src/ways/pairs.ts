// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** What belongs to pairs of texts, for at most `most` pairs. Joining the texts to one key would cost more than all else. */
export class Pairs<Value> {
  readonly #values = new Map<string, Map<string, Value>>();
  #size = 0;

  constructor(
    private readonly most: number,
    private readonly make: () => Value,
  ) {}

  /** Made if it is not there yet; null: there is no room. */
  of(first: string, second: string): Value | null {
    const known = this.#values.get(first)?.get(second);
    if (known !== undefined) return known;
    if (this.#size >= this.most) return null;
    this.#size++;
    const made = this.make();
    const values = this.#values.get(first);
    if (values === undefined) this.#values.set(first, new Map([[second, made]]));
    else values.set(second, made);
    return made;
  }

  all(): (readonly [first: string, second: string, value: Value])[] {
    return [...this.#values].flatMap(([first, values]) =>
      [...values].map(([second, value]) => [first, second, value] as const),
    );
  }
}
