// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Value } from '../core/column.js';
import { Histogram } from './histogram.js';
import type { Way } from './way.js';

/** Values of a field that are told apart; a field with more has no value of its own. */
const MOST_VALUES = 8;

/** The values of one field, as text. */
type Values = Set<string>;

const textOf = (value: Value): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

/** What packets were like at one function of their way. */
class Place {
  /** from the function before to this one, ns */
  readonly hop = new Histogram();
  readonly #fields = new Map<string, Values>();

  add(hopNs: number, fields: Readonly<Record<string, Value>>): void {
    this.hop.add(hopNs);
    for (const name in fields) {
      const values = this.#fields.get(name) ?? new Set();
      if (values.size === 0) this.#fields.set(name, values);
      if (values.size <= MOST_VALUES) values.add(textOf(fields[name] ?? null));
    }
  }

  /** The values of a field; null: there are too many, or it has none. */
  valuesOf(name: string): readonly string[] | null {
    const values = this.#fields.get(name);
    return values === undefined || values.size > MOST_VALUES ? null : [...values];
  }

  get fields(): Iterable<string> {
    return this.#fields.keys();
  }
}

/** What the packets of one class were like at each function that they called. */
export class Places {
  readonly #places: Place[] = [];

  add({ steps }: Way): void {
    let [place, before] = [0, 0];
    for (const { durationNs, ns, fields } of steps) {
      if (durationNs !== null) continue;
      const known = (this.#places[place++] ??= new Place());
      known.add(ns - before, fields);
      before = ns;
    }
  }

  at(place: number): Place | undefined {
    return this.#places[place];
  }
}
