// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../../../src/core/batch.js';
import type { Summary } from '../../../src/core/summary.js';
import { outputOf } from '../../../src/outputs/index.js';
import { createOutput, type RenderOptions } from '../../../src/results/render.js';
import { batchOf, CONTEXT, pack, textOf, type Event } from './rows.js';

/** What a report says of these events, at once or batch by batch. */
export function reported(
  id: string,
  events: readonly Event[],
  options: RenderOptions & { readonly summary?: Summary; readonly context?: typeof CONTEXT } = {},
): string {
  const { summary, context = CONTEXT, ...rest } = options;
  const output = createOutput(outputOf(id), context, { kernel: '6.12', follows: true, ...rest });
  const batches: Batch[] = events.map((event) => batchOf(pack([event])));
  return textOf([...batches.map((batch) => output.batch(batch)), ...output.results(summary)]);
}

/** The same as an object. */
export const reportedJson = (...args: Parameters<typeof reported>): unknown => JSON.parse(reported(...args));

/** The calls of a packet: these functions at these times, the last one of its life. */
export const way = (
  packet: bigint,
  functions: readonly number[],
  times: readonly number[] = functions.map((_, index) => index * 100),
  more: Event = {},
): Event[] =>
  functions.map((index, place) => ({
    ...{ packet, function: index, time: BigInt(times[place] ?? 0), isFirst: place === 0 },
    ...{ isRelated: more.parent !== undefined, isLast: place === functions.length - 1 },
    ...more,
  }));
