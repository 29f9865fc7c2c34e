// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceOptions } from '../core/options.js';
import { filters } from '../filters/index.js';
import type { Absence } from '../filters/filter.js';
import type { Messages } from '../terminal/messages.js';

/** Things that filters refer to and that do not exist now; the text begins with the option. */
function absences({ filters: values = {} }: TraceOptions): Absence[] {
  return Object.entries(values).flatMap(([id, value]) => {
    const missing = filters.get(id)?.missing?.(value) ?? null;
    return missing === null ? [] : [{ ...missing, text: `--${id} ${value}: ${missing.text}` }];
  });
}

/** Warns of filters that no packet can match at the moment. */
export function warnOfAbsences(options: TraceOptions, messages: Messages): void {
  for (const { text, remedy } of absences(options))
    messages.warn(`${text}: perhaps nothing matches yet`, remedy);
}

/** Repeats these warnings after a trace in which nothing matched. Returns the texts for the summary. */
export function reportAbsences(options: TraceOptions, messages: Messages): string[] {
  return absences(options).map(({ text, remedy }) => {
    messages.warn(`${text}: nothing matched`, remedy);
    return text;
  });
}
