// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from './batch.js';
import type { DropCounts } from './dropped-packets.js';
import type { ConsumerAccount, Dump, Summary } from './summary.js';
import type { Traced } from './traced.js';

/** Something that is missing from the results, in words. */
export interface Loss {
  readonly text: string;
  readonly remedy?: string;
}

/** The rows, besides those of calls, that a consumer needs from the session. */
export interface Wants {
  /** rows that only mark a packet's end, for packets whose last event is not shown (isHidden) */
  readonly ends: boolean;
  /** rows that report drops */
  readonly drops: boolean;
}

/** A consumer before the session is opened. */
export interface PlannedConsumer {
  readonly wants: Wants;
  /** Called once, after the programs are loaded and before anything is attached. */
  open(traced: Traced): Consumer;
}

/** Receives the events of a trace: the output of the command, or the loop of a script. */
export interface Consumer {
  /** its name in messages and in the summary */
  readonly name: string;
  /** true if it writes to the terminal on which the live counter line would be redrawn */
  readonly fillsTerminal: boolean;
  /** Takes rows, whose memory is reused afterwards; `events`: how many of them are not hidden. */
  take(batch: Batch, events: number): void;
  /**
   * Takes what an extension reports about a packet, after all rows of that packet: lines of text, or an
   * object for JSON.
   */
  report?(packet: number, report: string | object): void;
  /** True while its queue is full: the engine then pauses draining. */
  readonly full: boolean;
  /** Resolves when it is no longer full, or cannot take any more. */
  drained(): Promise<void>;
  /** Resolves when it cannot take any more: with null if its reader has left, else with the error. */
  readonly broken: Promise<Error | null>;
  /** Resolves when it wants no more events, of its own accord; undefined: it takes all that there are. */
  readonly done?: Promise<void> | undefined;
  /** files of the flight recorder; undefined: it is none */
  readonly dumps?: readonly Dump[] | undefined;
  /** Events that it took and discarded. */
  readonly dropped: number;
  /**
   * Packets shown as dropped, and events of other packets left out, so far; null: it does not want rows of
   * drops.
   */
  readonly drops: DropCounts | null;
  /** Packets flushed before their end because the in-flight buffer was full. */
  readonly cut: number;
  /** if it stands for several consumers: what each of them has missed; undefined if it is a single one */
  readonly accounts?: readonly ConsumerAccount[] | undefined;
  /** Events that it took and has not passed on to its reader, in words; [] if there are none. */
  backlog(): readonly Loss[];
  /**
   * Called after the last event; `summary`: null if it is unknown. Resolves when everything is written, with the error that prevented it or
   * null.
   */
  finish(summary: Summary | null): Promise<Error | null>;
}
