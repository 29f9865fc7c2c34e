// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import type { TraceReader } from '../../../src/capture/trace-reader.js';
import { crossing } from '../../../src/columns/crossing.js';
import { wantedRows, type Batch } from '../../../src/core/batch.js';
import { columnContext, type Traced } from '../../../src/core/traced.js';
import { outputOf, outputs } from '../../../src/outputs/index.js';
import { parseFields } from '../../../src/plan/parse-fields.js';
import { createOutput } from '../../../src/results/render.js';
import { batchesIn, readAll } from './captured.js';
import { textOf } from './rows.js';

/** Traces of Linux 6.12 with the text that each output wrote of them there; test/README.md says how they are made. */
const FOLDER = 'test/unit/recordings';

/** What they were asked for; `fields`: null: the output's own. */
export const RECORDINGS: Readonly<
  Record<string, { readonly args: readonly string[]; readonly fields: string | null }>
> = {
  function: {
    args: ['-r', '^(ip_|icmp_|dev_|__netif|consume_skb|kfree_skb)'],
    fields:
      'len,gso_type,mark,caller,stack,reason,cause,tuple,skb->dev->name,skb->pkt_type,skb->protocol,sk->__sk_common.skc_state,pid,comm',
  },
  'function-graph': { args: ['-t', 'function_graph', '-r', '^(ip_|icmp_|dev_)'], fields: null },
};

/** The outputs that recordings are shown as. */
export const OUTPUT_IDS = [...outputs.keys()];

/** The text of a recording, as an output wrote it while it was recorded. */
export const written = (name: string, id: string): string => readFileSync(`${FOLDER}/${name}.${id}`, 'utf8');

const capture = (name: string): Buffer => readFileSync(`${FOLDER}/${name}.ipft`);

/** What a recording's trace is. */
export function tracedIn(name: string, reader: TraceReader): Traced {
  const fields = RECORDINGS[name]?.fields ?? null;
  const further = reader.description.follows ? [crossing] : [];
  return reader.traced(fields === null ? null : parseFields(fields), further);
}

/** A recording's trace, and its rows. */
export async function recordingOf(
  name: string,
  bytes = capture(name),
): Promise<{ readonly traced: Traced; readonly batches: readonly Batch[] }> {
  const { reader, items } = await readAll(bytes);
  return { traced: tracedIn(name, reader), batches: batchesIn(items) };
}

/** An output of a trace, without the summary. */
export function textWriter(
  id: string,
  traced: Traced,
): { readonly take: (batch: Batch) => void; readonly end: () => string } {
  const descriptor = outputOf(id);
  const { returns, follows, fields, further, layout } = traced;
  const shown = { returns, follows, fields, further, rowSize: layout.rowSize };
  const output = createOutput(descriptor, columnContext(traced), shown);
  const pieces = [output.head ?? ''];
  return {
    take: (batch) => {
      const wanted = wantedRows(batch, { ends: descriptor.needsEnds, drops: true });
      pieces.push(textOf([output.batch(wanted)]));
    },
    end: () => [...pieces, textOf(output.results())].join(''),
  };
}

/** What an output makes of the batches of a trace. */
export function rendered(id: string, traced: Traced, batches: readonly Batch[]): string {
  const { take, end } = textWriter(id, traced);
  batches.forEach(take);
  return end();
}
