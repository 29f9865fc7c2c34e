// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Drop } from '../core/drop.js';
import type { TraceOptions } from '../core/options.js';
import type { Summary } from '../core/summary.js';
import type { MessageTarget } from '../terminal/messages.js';
import type { EventLead, FieldList, TraceEvent } from '../columns/event-types.js';

/** Where and why a packet was dropped, as the tracepoint kfree_skb tells. */
export interface PacketDrop extends Drop {
  /** ns, CLOCK_MONOTONIC */
  readonly timestamp: bigint;
}

/** One packet, when it is gone, with all of its events. */
export interface TracePacket<Event extends EventLead = TraceEvent> {
  /** as EventLead.packet */
  readonly packet: number;
  /** as EventLead.packet_id */
  readonly packet_id: string;
  /** in order of time */
  readonly events: readonly Event[];
  /** with the option `drops` that it was dropped: once, as a rule; [] without */
  readonly drops: readonly PacketDrop[];
  /** false if its end was not seen: it was in flight when the trace ended, or there were too many events to hold it longer: summary.cut_packets */
  readonly complete: boolean;
}

/** What a trace amounts to: the object that `-o json` ends with. */
export type TraceSummary = Summary;

/** What trace() is asked for: what ipft's flags ask. A mark or a filter there must be. `Fields`: the type of `fields`. */
export interface ScriptOptions<Fields extends FieldList | undefined = undefined> extends Partial<
  Omit<TraceOptions, 'fields'>
> {
  /** what events have in place of what `-o json` shows without --fields */
  readonly fields?: Fields;
  /** Ends the trace, as Ctrl-C ends the command: the loop still gets what was recorded, and then ends. */
  readonly signal?: AbortSignal | undefined;
  /** Gets the lines that the command writes to stderr, `process.stderr` for example; nobody if undefined. */
  readonly messages?: MessageTarget | undefined;
}
