// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from './batch.js';
import type { DropCounts } from './dropped-packets.js';
import type { ConsumerAccount, Summary } from './summary.js';
import type { Traced } from './traced.js';

/** Something that the results do not show, in words. */
export interface Loss {
  readonly text: string;
  readonly remedy?: string;
}

/** Which rows, beside those of calls, a consumer wants of the session. */
export interface Wants {
  /** rows that only mark a packet's end, for packets whose last event is not shown (isHidden) */
  readonly ends: boolean;
  /** rows that report drops */
  readonly drops: boolean;
}

/** A consumer before there is a session. */
export interface PlannedConsumer {
  readonly wants: Wants;
  /** Called once, when the programs are loaded and before anything is attached. */
  open(traced: Traced): Consumer;
}

/** What takes the events of a trace: the command's results, or a script's loop. */
export interface Consumer {
  /** what it is called in messages and in the summary */
  readonly name: string;
  /** true if what it shows and a counter that is rewritten in place would stand on one screen */
  readonly fillsTerminal: boolean;
  /** Takes rows, which are reused afterwards; `events` of them are no hidden ones. */
  take(batch: Batch, events: number): void;
  /** Takes what an extension tells of a packet, behind all rows of it: lines of text, or an object as JSON has it. */
  tell?(packet: number, told: string | object): void;
  /** True while it has more than it gets rid of: draining pauses. */
  readonly full: boolean;
  /** Resolves when it is no longer full, or can take no more. */
  drained(): Promise<void>;
  /** Resolves when it can take no more: with null if its reader has left. */
  readonly broken: Promise<Error | null>;
  /** How many of the events that it took it has thrown away. */
  readonly dropped: number;
  /** What it shows of packets that are dropped, and leaves out of others, so far; null: it wants no rows that tell of drops */
  readonly drops: DropCounts | null;
  /** How often it has given up a packet before its end, as there were more events of packets in flight than it can hold. */
  readonly cut: number;
  /** of several consumers, what each of them has missed; undefined: it is a single one */
  readonly accounts?: readonly ConsumerAccount[] | undefined;
  /** Events that it took and that have not come through, in words; [] if there are none. */
  backlog(): readonly Loss[];
  /** All events are there; resolves when all is written that is to be, or with what kept it from being. */
  finish(summary: Summary): Promise<Error | null>;
}
