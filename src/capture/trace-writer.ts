// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch, EncodeRows } from '../core/batch.js';
import { isBefore, isHidden, timeNs } from '../core/row.js';
import type { Summary } from '../core/summary.js';
import type { Traced } from '../core/traced.js';
import { BlockWriter, type Pressure, type RowsOf } from './block-writer.js';
import type { ClockPair, Description, Report } from './description.js';
import { offsetOfBytes } from '../core/packet-bytes.js';
import { NotedBytes } from './noted-bytes.js';
import { NotedFunctions } from './noted-functions.js';
import { NotedNames } from './noted-names.js';

/** Most rows of a block. */
const BLOCK_ROWS = 16_384;
/** Most bytes of a block's rows before they are encoded. */
const BLOCK_BYTES = 4 * 1024 * 1024;
/** ms in which a block is filled, below which there is little time for compression. */
const BUSY_MS = 30;
const HURRIED_MS = 12;

function pressureOf(ms: number): Pressure {
  if (ms < HURRIED_MS) return 'hurried';
  return ms < BUSY_MS ? 'busy' : 'usual';
}

const WORD = 4;
/** What a capture file says about a trace besides what the trace says itself. */
export type Circumstances = Pick<Description, 'ipft' | 'host' | 'boot' | 'command_line' | 'devices'>;

/** What a consumer knows that writes one. */
export type About = Circumstances & Pick<Description, 'drops' | 'merged'>;

/** Writes a trace as a capture file. */
export class TraceWriter {
  readonly #blocks: BlockWriter;
  readonly #functions: NotedFunctions;
  readonly #names: NotedNames;
  /** null: the trace has no bytes of packets */
  readonly #packetBytes: NotedBytes | null;
  /** rows of the block that is being filled, behind a row of zeros */
  readonly #rows: Int32Array<ArrayBuffer>;
  readonly #bytes: Uint8Array;
  readonly #words: number;
  readonly #room: number;
  #count = 0;
  #filledAt = 0;

  /** `emit` gets the bytes of the file, and how many events end in them. */
  constructor(
    private readonly traced: Traced,
    about: About,
    private readonly encode: EncodeRows,
    emit: (bytes: Uint8Array, events: number) => void,
  ) {
    const { kernel, returns, follows, layout, snaplen, clock } = traced;
    this.#words = layout.rowSize / WORD;
    this.#room = Math.min(BLOCK_ROWS, Math.floor(BLOCK_BYTES / layout.rowSize));
    this.#rows = new Int32Array((this.#room + 1) * this.#words);
    this.#bytes = new Uint8Array(this.#rows.buffer, layout.rowSize);
    this.#functions = new NotedFunctions(traced);
    this.#names = new NotedNames(traced);
    const offset = offsetOfBytes(layout);
    this.#packetBytes =
      offset === null ? null : new NotedBytes(offset, (inode) => this.#names.namespace(inode));
    this.#blocks = new BlockWriter(emit);
    const description: Description = {
      ...{ ...about, kernel, returns, follows, layout },
      ...(snaplen === undefined ? {} : { snaplen }),
      real_offset_ns: clock.realOffsetNs.toString(),
    };
    this.#blocks.addJson('description', description);
    this.#blocks.addJson('names', this.#names.fixed());
    this.clocks();
  }

  /** Bytes that are being compressed. */
  get pending(): number {
    return this.#blocks.pending;
  }

  /** `pressure`: of the blocks that are filled; undefined: it depends on how fast that is. */
  take(batch: Batch, pressure?: Pressure): void {
    const { rows, count, rowSize } = batch;
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset, count * rowSize);
    for (let row = 0; row < count;) {
      const room = Math.min(count - row, this.#room - this.#count);
      this.#bytes.set(bytes.subarray(row * rowSize, (row + room) * rowSize), this.#count * rowSize);
      const taken = this.#takeBytes(room, batch);
      this.#count += taken;
      row += taken;
      if (this.#count === this.#room || this.#packetBytes?.isFull === true) this.#flushFull(pressure);
    }
  }

  /** Takes the bytes of the packets of the next rows, as far as there is room; returns of how many. */
  #takeBytes(most: number, { rowSize, bytes }: Batch): number {
    if (this.#packetBytes === null) return most;
    const rows = new DataView(this.#bytes.buffer, this.#bytes.byteOffset);
    let taken = 0;
    while (taken < most && !this.#packetBytes.isFull)
      this.#packetBytes.take(rows, (this.#count + taken++) * rowSize, bytes);
    return taken;
  }

  report(report: Report): void {
    this.flush();
    this.#blocks.addJson('report', report);
  }

  /** Writes what the clocks are now, or were. */
  clocks(reading = this.traced.readClocks?.()): void {
    if (reading === undefined) return;
    const { monotonic, real, tai } = reading;
    const pair: ClockPair = { monotonic: `${monotonic}`, real: `${real}`, tai: `${tai}` };
    this.#blocks.addJson('clocks', pair);
  }

  #flushFull(pressure: Pressure | undefined): void {
    const before = this.#filledAt;
    this.#filledAt = performance.now();
    this.flush(pressure ?? pressureOf(this.#filledAt - before));
  }

  /** Ends the block that is being filled. */
  flush(pressure: Pressure = 'usual'): void {
    if (this.#count === 0) return;
    const of = this.#look();
    const functions = this.#functions.fresh();
    if (functions !== null) this.#blocks.addJson('functions', functions);
    const names = this.#names.fresh();
    if (names !== null) this.#blocks.addJson('names', names);
    const bytes = this.#packetBytes?.payload(new DataView(this.#rows.buffer, this.traced.layout.rowSize));
    if (bytes !== null && bytes !== undefined) this.#blocks.add('bytes', bytes, null, pressure);
    this.#blocks.add('rows', this.encode(this.#rows, this.#count, this.#words), of, pressure);
    this.#count = 0;
  }

  /** Resolves when everything so far was passed on. */
  written(): Promise<void> {
    return this.#blocks.written();
  }

  /** Ends the file. */
  async finish(summary: Summary | null): Promise<void> {
    this.flush();
    this.clocks();
    if (summary !== null) this.#blocks.addJson('summary', summary);
    await this.#blocks.finish();
  }

  /** Looks at the rows of the block, for what else is to be written of them. */
  #look(): RowsOf {
    const { rowSize } = this.traced.layout;
    const rows = new DataView(this.#rows.buffer, rowSize);
    let [events, first, last] = [0, 0, 0];
    for (let at = 0; at < this.#count * rowSize; at += rowSize) {
      this.#functions.look(rows, at);
      this.#names.look(rows, at);
      if (!isHidden(rows, at)) events++;
      if (isBefore(rows, at, rows, first)) first = at;
      if (isBefore(rows, last, rows, at)) last = at;
    }
    return { rows: this.#count, events, first: timeNs(rows, first), last: timeNs(rows, last) };
  }
}
