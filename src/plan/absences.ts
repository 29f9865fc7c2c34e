// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceOptions } from '../core/options.js';
import { filters } from '../filters/index.js';
import type { Absence } from '../filters/filter.js';
import type { Messages } from '../terminal/messages.js';

/** What filters ask for that is not there now, each with its option in front. */
function absences({ filters: values = {} }: TraceOptions): Absence[] {
  return Object.entries(values).flatMap(([id, value]) => {
    const missing = filters.get(id)?.missing?.(value) ?? null;
    return missing === null ? [] : [{ ...missing, text: `--${id} ${value}: ${missing.text}` }];
  });
}

/** Warns of filters that no packet can match as things are. */
export function warnOfAbsences(options: TraceOptions, messages: Messages): void {
  for (const { text, remedy } of absences(options))
    messages.warn(`${text}: nothing may match as yet`, remedy);
}

/** The same when a trace has ended in which nothing matched. Returns what the summary says. */
export function tellAbsences(options: TraceOptions, messages: Messages): string[] {
  return absences(options).map(({ text, remedy }) => {
    messages.warn(`${text}: nothing matched`, remedy);
    return text;
  });
}
