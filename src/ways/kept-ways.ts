// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { WAY_STEPS } from '../core/abi.js';
import type { Batch } from '../core/batch.js';
import type { ColumnContext } from '../core/column.js';
import {
  functionsIn,
  isWay,
  KnownWays,
  timesIn,
  wayCalls,
  wayHash,
  waySteps,
  WAYS_LAYOUT,
  type KnownWay,
} from '../core/way-row.js';
import type { KeptWay, Way } from './way.js';

/** Of a function that is in no table. */
const UNKNOWN = '?';

/** True if the row has none, or those of this way. */
function isOn({ functions }: KnownWay, rows: DataView, at: number): boolean {
  if (waySteps(rows, at) === 0) return true;
  return functionsIn(rows, at).every((index, place) => index === functions[place]);
}

/** Reads rows of whole ways (isWay). */
export class KeptWays {
  readonly #known = new KnownWays();
  readonly #names = new WeakMap<KnownWay, readonly string[]>();

  constructor(private readonly context: Pick<ColumnContext, 'names'>) {}

  of(rows: DataView, at: number): KeptWay {
    const known = this.#known.of(rows, at);
    return {
      hash: wayHash(rows, at),
      functions: known === undefined ? null : this.#namesOf(known),
      times: waySteps(rows, at) === 0 ? null : timesIn(rows, at),
      collides: known !== undefined && !isOn(known, rows, at),
      isCut: wayCalls(rows, at) > WAY_STEPS,
    };
  }

  /** Takes the functions that rows have, whatever becomes of their packets. Returns true if some are new. */
  learn({ rows, count, rowSize }: Batch): boolean {
    const before = this.#known.learned;
    if (rowSize !== WAYS_LAYOUT.rowSize) return false;
    for (let at = 0; at < count * rowSize; at += rowSize)
      if (isWay(rows, at) && waySteps(rows, at) > 0) this.#known.of(rows, at);
    return this.#known.learned > before;
  }

  /** The way with functions that were not known when it was read; null: they still are not. */
  named(way: Way): Way | null {
    const known = way.kept === null ? undefined : this.#known.at(way.kept.hash);
    if (way.kept === null || known === undefined) return null;
    return { ...way, kept: { ...way.kept, functions: this.#namesOf(known) } };
  }

  #namesOf(known: KnownWay): readonly string[] {
    const { names } = this.context;
    const functions =
      this.#names.get(known) ?? Array.from(known.functions, (index) => names[index] ?? UNKNOWN);
    this.#names.set(known, functions);
    return functions;
  }
}
