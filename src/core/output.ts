// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from './batch.js';
import type { CallLines } from './call-line.js';
import type { Loss } from './consumer.js';
import type { TraceClock } from './clock.js';
import type { Cell, Column, ColumnContext } from './column.js';
import type { DropLine } from './drop.js';
import type { DroppedPackets } from './dropped-packets.js';
import type { FrameOptions } from './export-kinds.js';
import type { Format } from './format.js';
import type { Palette } from './line.js';
import type { ReportFlags } from './options.js';
import type { Layout } from './reads.js';
import type { Summary } from './summary.js';
import type { Origin } from './traced.js';

/** What an output needs for --drops. */
export interface DropsContext {
  /** used instead of all packets */
  readonly packets: DroppedPackets;
  readonly line: DropLine;
}

/** What an output that shows more than lines needs to know of the trace. */
export interface ShownTrace {
  readonly context: ColumnContext;
  /** what is shown of an event besides the function, its time and its CPU */
  readonly fields: readonly Column[];
  /** relatives of packets are followed */
  readonly follows: boolean;
  /** true if rows may be returns (tracer function_graph) */
  readonly returns: boolean;
  /** kernel release */
  readonly kernel: string;
  /** undefined: the trace runs on this host */
  readonly origin?: Origin | undefined;
  readonly clock: TraceClock;
  /** undefined: the rows have no bytes */
  readonly frames?: Frames | undefined;
}

/** Where rows have packets' bytes, and how frames are made of them. */
export interface Frames extends FrameOptions {
  readonly layout: Layout;
  /** most bytes of a packet; undefined: none are recorded */
  readonly snaplen?: number | undefined;
}

/** How an output is written that reports on a trace as a whole. */
export interface ReportOptions extends ReportFlags {
  /** the capture file that the trace comes from; null: the trace is not from a file */
  readonly file: string | null;
  /** false: the trace does not have drops */
  readonly hasDrops: boolean;
}

/** What an output is made from. */
export interface OutputContext {
  readonly trace: ShownTrace;
  /** writes one row, without the newline */
  readonly line: Cell;
  /**
   * writes calls and returns of function_graph as a tree; null for the tracer `function`, and for formats
   * that write returns as ordinary lines
   */
  readonly calls: CallLines | null;
  /** header: column titles for text, column names for CSV, '' for JSON */
  readonly header: string;
  readonly palette: Palette;
  /** true if the results go to a terminal */
  readonly terminal: boolean;
  /** Batch.rowSize of all batches */
  readonly rowSize: number;
  /** null without --drops */
  readonly drops: DropsContext | null;
  /** writes a row that reports a relation, without the newline; null: it is not to be shown */
  readonly relation: Cell | null;
  /** relatives of packets are followed */
  readonly follows: boolean;
  /** show families of packets as wholes */
  readonly families: boolean;
  /** write only lines of events */
  readonly eventsOnly: boolean;
  readonly report: ReportOptions;
  /** events that a document may have, if it may leave some out; undefined: its default */
  readonly maxEvents?: number | undefined;
}

/** One output: turns batches of rows into text, always whole lines. */
export interface Output {
  /** Written at the start of the results and of each file of them. */
  readonly head?: string;
  /**
   * What the first line of a record of several lines begins with; files are rotated only before such a line.
   * undefined: every line is a record.
   */
  readonly opening?: string;
  /**
   * The batch's memory is reused afterwards. Returns what to write now, as UTF-8; valid until the next call.
   */
  batch(batch: Batch): Uint8Array;
  /** What to write at the end of the trace, in pieces; each is valid until the next is requested. */
  results(summary?: Summary): Iterable<string | Uint8Array>;
  /** Events taken whose packet has not been returned as text yet, or not completely. */
  readonly held: number;
  /** Packets flushed before their end because the in-flight buffer was full. */
  readonly cut: number;
  /** What is missing from the document, in words; undefined: nothing is, as far as it goes. */
  missing?(): Loss[];
}

/** What an export is, besides an output: one file, which is whole only at the end of the trace. */
export interface DocumentFormat {
  /** true if it is no text */
  readonly isBinary: boolean;
  /**
   * ids of further columns that it has as fields if the trace has their data. `isDefault`: --fields is not
   * given
   */
  readonly wished: (isDefault: boolean) => readonly string[];
}

/** One file in outputs/ or exports/, named after its id, which is the value of --output. */
export interface OutputDescriptor {
  readonly id: string;
  readonly description: string;
  readonly format: Format;
  /** true if it writes while tracing */
  readonly live: boolean;
  /** true if it needs hidden rows, which mark the end of packets whose last event is not shown (isHidden) */
  readonly needsEnds: boolean;
  /** true if it needs rows of drops, even without --drops */
  readonly needsDrops?: boolean;
  /** true if it shows whole packets and so supports --drops (OutputContext.drops) */
  readonly showsDrops: boolean;
  /** ids of its lead columns */
  readonly lead: readonly string[];
  /** ids of its lead columns for function_graph; text adds the duration and the call after them */
  readonly graphLead: readonly string[];
  /** columns after the lead if relatives are followed, unless a field or an extension has one of their keys */
  readonly kin: readonly Column[];
  /** ids of the columns that it shows as fields by default */
  readonly fields: readonly string[];
  /** undefined: it consists of lines */
  readonly document?: DocumentFormat;
  create(context: OutputContext): Output;
}
