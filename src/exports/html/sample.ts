// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
const HASHES = 2 ** 32;

/** A number for each family that is spread evenly below 2^32. */
function hashOf(family: number): number {
  const low = Math.imul(family % HASHES, 0x9e3779b1);
  return Math.imul(low ^ (low >>> 15), 0x85ebca6b) >>> 0;
}

/** What can be left out of a report. */
export interface Weighed {
  /** packets of the same family are taken or left out together */
  readonly family: number;
  readonly events: number;
}

/**
 * Keeps things of at most so many events: all of them while there is room, then each half, each fourth and so
 * on of the families, evenly. Which ones does not depend on the order in which they come.
 */
export class Sample<Thing extends Weighed> {
  #kept: Thing[] = [];
  #events = 0;
  #halvings = 0;

  constructor(private most: number) {}

  /** Events of what is kept. */
  get events(): number {
    return this.#events;
  }

  get kept(): readonly Thing[] {
    return this.#kept;
  }

  /** One of so many families is kept. */
  get oneOf(): number {
    return 2 ** this.#halvings;
  }

  /** Whether this family is kept, as things are now. */
  has(family: number): boolean {
    return hashOf(family) < HASHES / this.oneOf;
  }

  add(thing: Thing): void {
    this.#kept.push(thing);
    this.#events += thing.events;
    this.#shrink();
  }

  /** Keeps no more than so many events from now on. */
  limit(most: number): void {
    this.most = most;
    this.#shrink();
  }

  #shrink(): void {
    while (this.#events > this.most && this.#halvings < 32) {
      this.#halvings++;
      this.#kept = this.#kept.filter(({ family }) => this.has(family));
      this.#events = this.#kept.reduce((sum, { events }) => sum + events, 0);
    }
  }
}
