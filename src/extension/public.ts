// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceEvent } from '../columns/event-types.js';

/** What a field may be. */
export type FieldValue = string | number | bigint | boolean | null;

/** An event as `-o json` has it, with the fields of the extension by their names. */
export type ExtensionEvent = TraceEvent & Readonly<Record<string, unknown>>;

/** An extension, as its author writes it: all but the name may be left out. */
export interface Extension {
  /** for messages */
  readonly name: string;
  /** what is shown behind the output's fields and is there in `event`: as --fields has it, or one in each string */
  readonly fields?: string | readonly string[];
  /** which packets to trace: an expression as --where has it */
  readonly where?: string;
  /**
   * Called for each event, in order of time. Returns further fields, which are shown behind the others; false: the event is not
   * shown; nothing: it is shown as it is. It cannot be async.
   */
  onEvent?: (event: ExtensionEvent) => Readonly<Record<string, FieldValue>> | false | undefined;
  /**
   * Called with a packet's events when it is gone, and at the end of the trace for those that are not; without those that
   * onEvent has hidden. Returns lines to show behind the packet's group, or an object, which -o json shows as a line.
   */
  onPacket?: (events: readonly ExtensionEvent[]) => string | object | undefined;
  /** For text: how a field of this extension is shown; undefined: as it is without. */
  format?: (field: string, value: FieldValue) => string | undefined;
}
