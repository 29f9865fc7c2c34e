// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Item, TraceReader } from '../../capture/trace-reader.js';
import type { Batch } from '../../core/batch.js';
import { isBefore } from '../../core/row.js';
import type { Summary } from '../../core/summary.js';

type Report = Extract<Item, { kind: 'report' }>['report'];

/** What is next in a file that is merged with others. */
export class Head {
  #batch: Batch | null = null;
  #row = 0;
  readonly #items: AsyncGenerator<Item>;
  summary: Summary | null = null;

  /** `place`: of the file among all; `report`: called with what the file has between its rows */
  constructor(
    reader: TraceReader,
    readonly place: number,
    private readonly report: (report: Report, place: number) => void,
  ) {
    this.#items = reader.items();
  }

  get rows(): DataView {
    if (this.#batch === null) throw new Error('there are no rows any more');
    return this.#batch.rows;
  }

  /** The bytes of the packets of these rows. */
  get bytes(): Batch['bytes'] {
    return this.#batch?.bytes;
  }

  /** Where the next row begins. */
  get at(): number {
    return this.#row * (this.#batch?.rowSize ?? 0);
  }

  /** True if the next row is earlier than that of another file, or from a file before it at the same time. */
  isBefore(other: Head): boolean {
    if (isBefore(this.rows, this.at, other.rows, other.at)) return true;
    return this.place < other.place && !isBefore(other.rows, other.at, this.rows, this.at);
  }

  /** True if the batch that is being read has a further row behind the next one. */
  get hasMore(): boolean {
    return this.#batch !== null && this.#row + 1 < this.#batch.count;
  }

  /** Goes on to the row behind the next one, in the same batch. */
  step(): void {
    this.#row++;
  }

  /** Reads up to the next batch with rows. False: there is none. */
  async read(): Promise<boolean> {
    for (let next = await this.#items.next(); next.done !== true; next = await this.#items.next()) {
      const item = next.value;
      if (item.kind === 'report') this.report(item.report, this.place);
      else if (item.kind === 'summary') this.summary = item.summary as Summary;
      else if (item.batch.count > 0) {
        this.#batch = item.batch;
        this.#row = 0;
        return true;
      }
    }
    this.#batch = null;
    return false;
  }
}
