// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import type { ColumnContext } from '../core/column.js';
import { durationNs, timeNs, type RowReader } from '../core/row.js';
import { outputs } from '../outputs/index.js';
import { columnContext, type Traced } from '../core/traced.js';
import { createOutput } from './render.js';
import type { EventLead } from '../columns/event-types.js';

/** Makes objects of rows. */
export type Decode<Event extends EventLead = EventLead> = (batch: Batch) => Event[];

type Members = { -readonly [Key in keyof EventLead]: EventLead[Key] } & Record<string, unknown>;

/** Fields whose values JSON's numbers may not hold exactly. */
function wideFields({ fields, further }: Traced, context: ColumnContext): [string, RowReader<bigint>][] {
  const columns = [...(fields ?? []), ...further].filter(({ ownNames }) => ownNames !== true);
  return columns.flatMap((column) => {
    const { integer } = column.bind(context);
    return integer === undefined ? [] : [[column.key, integer]];
  });
}

/**
 * Events have what JSON has, whatever that is; but for times, which are larger than its numbers are exact, and for other integers
 * that are.
 */
export function decoder<Event extends EventLead>(traced: Traced): Decode<Event> {
  const descriptor = outputs.get('json');
  if (descriptor === undefined) throw new Error("no output 'json'");
  const context = columnContext(traced);
  const { returns, fields, further, layout } = traced;
  const output = createOutput(descriptor, context, { returns, fields, further, rowSize: layout.rowSize });
  const wide = wideFields(traced, context);
  const text = new TextDecoder();
  return (batch) => {
    const { rows, rowSize } = batch;
    const lines = text.decode(output.batch(batch)).trimEnd().replaceAll('\n', ',');
    const events = JSON.parse(`[${lines}]`) as Members[];
    for (const [index, event] of events.entries()) {
      const at = index * rowSize;
      event.timestamp = timeNs(rows, at);
      if (typeof event.duration_ns === 'number') event.duration_ns = durationNs(rows, at);
      for (const [key, integer] of wide)
        if (typeof event[key] === 'number' && !Number.isSafeInteger(event[key]))
          event[key] = integer(rows, at);
    }
    return events as unknown as Event[];
  };
}
