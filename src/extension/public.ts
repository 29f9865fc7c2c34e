// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceEvent } from '../columns/event-types.js';

/** Value of a field. */
export type FieldValue = string | number | bigint | boolean | null;

/** An event as in `-o json`, with the fields of the extension by their names. */
export type ExtensionEvent = TraceEvent & Readonly<Record<string, unknown>>;

/** An extension as its author writes it; only the name is required. */
export interface Extension {
  /** its name in messages */
  readonly name: string;
  /**
   * fields shown after the output's fields and present in `event`: in the syntax of --fields, or one per
   * string
   */
  readonly fields?: string | readonly string[];
  /** which packets to trace: an expression in the syntax of --where */
  readonly where?: string;
  /**
   * Called for each event, in order of time. Returns additional fields, which are shown after the others;
   * false to hide the event; or nothing. It must not be async.
   */
  onEvent?: (event: ExtensionEvent) => Readonly<Record<string, FieldValue>> | false | undefined;
  /**
   * Called with a packet's events when it is freed, and at the end of the trace for those in flight; events
   * that onEvent has hidden are left out. Returns lines to show after the packet's group, or an object that
   * -o json shows as a line.
   */
  onPacket?: (events: readonly ExtensionEvent[]) => string | object | undefined;
  /** For text: formats a field of this extension; undefined: the default format. */
  format?: (field: string, value: FieldValue) => string | undefined;
}
