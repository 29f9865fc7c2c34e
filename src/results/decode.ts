// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { EventLead } from '../columns/event-types.js';
import type { Batch } from '../core/batch.js';
import { fillOf, type Members } from '../core/members.js';
import { isHidden } from '../core/row.js';
import { columnContext, type Traced } from '../core/traced.js';
import { outputs } from '../outputs/index.js';
import { lineColumns } from './render.js';

/** Turns rows into objects. */
export type Decode<Event extends EventLead = EventLead> = (batch: Batch) => Event[];

/**
 * Returns a function that makes events with the members that JSON has, of a hidden row without its fields.
 * Integers are bigints where a number may not be exact; times always are.
 */
export function decoder<Event extends EventLead>(traced: Traced): Decode<Event> {
  const descriptor = outputs.get('json');
  if (descriptor === undefined) throw new Error("no output 'json'");
  const context = columnContext(traced);
  const { lead, fields } = lineColumns(descriptor, { ...traced, time: null });
  const leadFills = lead.map((column) => fillOf(column, context));
  const fills = [...leadFills, ...fields.map((column) => fillOf(column, context))];
  return ({ rows, count, rowSize }) => {
    const events: Members[] = [];
    for (let at = 0; at < count * rowSize; at += rowSize) {
      const event: Members = {};
      for (const fill of isHidden(rows, at) ? leadFills : fills) fill(event, rows, at);
      events.push(event);
    }
    return events as unknown as Event[];
  };
}
