// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { RelatedDrop } from '../core/drop.js';
import type { TraceOptions } from '../core/options.js';
import type { Summary } from '../core/summary.js';
import type { MessageTarget } from '../terminal/messages.js';
import type { EventLead, FieldList, TraceEvent } from '../columns/event-types.js';

/** Where and why a packet was dropped, as reported by the tracepoint kfree_skb. */
export interface PacketDrop extends RelatedDrop {
  /** ns, CLOCK_MONOTONIC */
  readonly timestamp: bigint;
}

/** One packet with all of its events, once it has been freed. */
export interface TracePacket<Event extends EventLead = TraceEvent> {
  /** as EventLead.packet */
  readonly packet: number;
  /** as EventLead.packet_id */
  readonly packet_id: string;
  /** in order of time */
  readonly events: readonly Event[];
  /** with the option `drops`: its drops, normally one; else [] */
  readonly drops: readonly PacketDrop[];
  /**
   * false if its end was not seen: it was in flight when the trace ended, or was flushed because too many
   * events were held (summary.cut_packets)
   */
  readonly complete: boolean;
}

/** The summary of a trace: the object that ends `-o json`. */
export type TraceSummary = Summary;

/**
 * Options of trace(), named after ipft's flags. A mark or a filter is required. `Fields`: the type of
 * `fields`.
 */
export interface ScriptOptions<Fields extends FieldList | undefined = undefined> extends Partial<
  Omit<TraceOptions, 'fields' | 'summarize'>
> {
  /** the fields of events, instead of those that `-o json` shows without --fields */
  readonly fields?: Fields;
  /**
   * Aborting it ends the trace, as Ctrl-C ends the command: the loop gets what was recorded, and then ends.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Receives the lines that the command writes to stderr, for example `process.stderr`; undefined: they are
   * discarded.
   */
  readonly messages?: MessageTarget | undefined;
}
