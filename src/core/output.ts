// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from './batch.js';
import type { CallLines } from './call-line.js';
import type { Cell } from './column.js';
import type { DroppedPackets } from './dropped-packets.js';
import type { Format } from './format.js';
import type { Palette } from './line.js';
import type { Summary } from './summary.js';

/** What --drops is made from. */
export interface DropsContext {
  /** in place of all packets */
  readonly packets: DroppedPackets;
  /** writes a row that tells of a drop, without the newline */
  readonly line: Cell;
}

/** What an output is made from. */
export interface OutputContext {
  /** writes one row, without the newline */
  readonly line: Cell;
  /** writes rows of function_graph; null for the tracer `function`, and where they are rows as all others */
  readonly calls: CallLines | null;
  /** titles over the lines, for CSV the columns' names; '' for JSON */
  readonly header: string;
  readonly palette: Palette;
  /** true when people read the results as they come */
  readonly terminal: boolean;
  /** Batch.rowSize of all batches */
  readonly rowSize: number;
  /** null: without --drops */
  readonly drops: DropsContext | null;
  /** no other lines than those of events */
  readonly eventsOnly: boolean;
}

/** One output: turns batches of rows into text, in whole lines. */
export interface Output {
  /** What all the results, and each file of them, begin with; nothing if undefined. */
  readonly head?: string;
  /** What a line begins with that begins a record, which is not to be cut; undefined: every line is one. */
  readonly opening?: string;
  /**
   * The batch is reused afterwards. Returns what to write at once, as UTF-8,
   * which stays as it is until the next call.
   */
  batch(batch: Batch): Uint8Array;
  /** What to write at the end of the trace, in pieces; each stays as it is until the next. */
  results(summary?: Summary): Iterable<string | Uint8Array>;
  /** How many of the events that it was given are not, or not all of their packet's, in a text that it has returned. */
  readonly held: number;
  /** How often it has given up a packet before its end, as there were more events to hold than it can. */
  readonly cut: number;
}

/** One file in outputs/, named as its id, the value of --output. */
export interface OutputDescriptor {
  readonly id: string;
  readonly description: string;
  readonly format: Format;
  /** true if it writes while tracing */
  readonly live: boolean;
  /** true if it wants rows that tell where packets end although their last event is not shown (isHidden) */
  readonly tellsEnds: boolean;
  /** true if it can show whole packets, and so those that are dropped: OutputContext.drops */
  readonly showsDrops: boolean;
  /** ids of its columns */
  readonly lead: readonly string[];
  /** ids of the columns that function_graph puts there instead; text has the duration and the call behind them */
  readonly graphLead: readonly string[];
  /** ids of the columns it shows as fields */
  readonly fields: readonly string[];
  create(context: OutputContext): Output;
}
