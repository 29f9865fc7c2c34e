// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import { ROW_SIZE } from '../core/abi.js';
import type { ColumnContext } from '../core/column.js';
import { durationNs, timeNs, type RowReader } from '../core/row.js';
import { outputs } from '../outputs/index.js';
import { columnContext, type Preparation } from '../plan/prepare.js';
import { createOutput } from './render.js';
import type { EventLead } from '../columns/event-types.js';

/** Makes objects of rows. */
export type Decode<Event extends EventLead = EventLead> = (batch: Batch) => Event[];

type Members = { -readonly [Key in keyof EventLead]: EventLead[Key] } & Record<string, unknown>;

/** Fields whose values JSON's numbers may not hold exactly. */
function wideFields({ fields, further }: Preparation, context: ColumnContext): [string, RowReader<bigint>][] {
  return [...(fields ?? []), ...further].flatMap((column) => {
    const { integer } = column.bind(context);
    return integer === undefined ? [] : [[column.key, integer]];
  });
}

/**
 * Events have what JSON has, whatever that is; but for times, which are larger than its numbers are exact, and for other integers
 * that are.
 */
export function decoder<Event extends EventLead>(preparation: Preparation): Decode<Event> {
  const descriptor = outputs.get('json');
  if (descriptor === undefined) throw new Error("no output 'json'");
  const context = columnContext(preparation);
  const output = createOutput(descriptor, context, {
    returns: preparation.tracer.returns,
    fields: preparation.fields,
    further: preparation.further,
    rowSize: ROW_SIZE + preparation.data.layout.size,
  });
  const wide = wideFields(preparation, context);
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
