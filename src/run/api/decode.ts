import type { Batch } from '../../core/batch.js';
import { ROW_SIZE } from '../../core/abi.js';
import { durationNs, timeNs } from '../../core/row.js';
import { outputs } from '../../outputs/index.js';
import { columnContext, type Preparation } from '../prepare.js';
import { createOutput } from '../render.js';
import type { TraceEvent } from './types.js';

/** Makes objects of rows. */
export type Decode = (batch: Batch) => TraceEvent[];

type Members = { -readonly [Key in keyof TraceEvent]: TraceEvent[Key] };

/** Events have what JSON has, whatever that is; but for times, which are larger than its numbers are exact. */
export function decoder(preparation: Preparation): Decode {
  const descriptor = outputs.get('json');
  if (descriptor === undefined) throw new Error("no output 'json'");
  const output = createOutput(descriptor, columnContext(preparation), {
    returns: preparation.tracer.returns,
    fields: preparation.fields,
    further: preparation.further,
    rowSize: ROW_SIZE + preparation.data.layout.size,
  });
  const text = new TextDecoder();
  return (batch) => {
    const { rows, rowSize } = batch;
    const lines = text.decode(output.batch(batch)).trimEnd().replaceAll('\n', ',');
    const events = JSON.parse(`[${lines}]`) as Members[];
    for (const [index, event] of events.entries()) {
      event.timestamp = timeNs(rows, index * rowSize);
      if (typeof event.duration_ns === 'number') event.duration_ns = durationNs(rows, index * rowSize);
    }
    return events;
  };
}
