// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { EventLead } from '../../src/columns/event-types.js';
import { columnsOf } from '../../src/columns/index.js';
import { RELATION, ROW } from '../../src/core/abi.js';
import { wantedRows, type Batch } from '../../src/core/batch.js';
import { UNKNOWN_TYPE } from '../../src/core/column.js';
import type { PlannedConsumer } from '../../src/core/consumer.js';
import { NO_LAYOUT } from '../../src/core/reads.js';
import type { Summary } from '../../src/core/summary.js';
import type { Traced } from '../../src/core/traced.js';
import { plannedWith } from '../../src/extension/consumer.js';
import type { Extensions } from '../../src/extension/extensions.js';
import type { ExtensionEvent } from '../../src/extension/public.js';
import type { LoadedExtension } from '../../src/extension/types.js';
import { outputs } from '../../src/outputs/index.js';
import { decoder } from '../../src/results/decode.js';
import { createOutput } from '../../src/results/render.js';
import { allOf } from '../../src/results/several.js';
import { EVENTS } from '../support/packets/relatives.js';
import { batchOf, CONTEXT, pack, textOf, type Event } from '../support/packets/rows.js';

const TRACED: Traced = {
  ...{
    kernel: '6.12',
    returns: false,
    follows: true,
    fields: columnsOf(['len']),
    further: [],
    layout: NO_LAYOUT,
  },
  functions: {
    ...{ names: CONTEXT.names, modules: CONTEXT.modules },
    ...{ returnType: () => UNKNOWN_TYPE, address: () => 0n },
  },
  clock: { realOffsetNs: 0n, firstNs: null },
  readClocks: null,
  names: CONTEXT,
  stack: () => [],
};

it('events of scripts have the members of JSON', () => {
  const events = decoder(TRACED)(batchOf(pack(EVENTS.filter(({ isRelation }) => isRelation !== true))));
  const descriptor = outputs.get('json');
  if (descriptor === undefined) throw new Error('no output json');
  const options = { follows: true, eventsOnly: true, fields: columnsOf(['len']) };
  const json = textOf([createOutput(descriptor, CONTEXT, options).batch(batchOf(pack(EVENTS)))]);
  const parsed = json
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(events.map((event) => ({ ...event, timestamp: Number(event.timestamp) }))).toEqual(parsed);
  expect(events[1]).toMatchObject({ packet: 15, parent: 12, relation: 'segment', part: 2, of: 40 });
});

it('relations are no events for fields that depend on earlier events', () => {
  const batch = batchOf(pack(EVENTS));
  const events = decoder<EventLead & { delta: number }>({ ...TRACED, fields: columnsOf(['delta']) })(batch);
  const shown = events.filter((_, index) => EVENTS[index]?.isRelation !== true);
  expect(shown.map(({ packet, delta }) => [packet, delta])).toEqual([
    ...[12, 15, 16].map((packet) => [packet, 0]),
    [16, 1],
    ...[20, 21, 22, 23].map((packet) => [packet, 0]),
  ]);
});

describe('rows of relations', () => {
  const isRelation = ({ rows, count, rowSize }: Batch): boolean[] =>
    Array.from(
      { length: count },
      (_, row) => (rows.getUint32(row * rowSize + ROW.flags, true) & RELATION) !== 0,
    );
  /** A consumer that keeps copies of what it takes. */
  const planned = (ends: boolean, taken: Batch[]): PlannedConsumer => ({
    wants: { ends, drops: false },
    open: () => ({
      ...{ name: 'a', fillsTerminal: false, full: false, dropped: 0, cut: 0, drops: null },
      take: ({ rows, count, rowSize }) => {
        const copy = rows.buffer.slice(rows.byteOffset, rows.byteOffset + count * rowSize);
        taken.push({ rows: new DataView(copy), count, rowSize });
      },
      drained: () => Promise.resolve(),
      broken: new Promise(() => undefined),
      backlog: () => [],
      finish: () => Promise.resolve(null),
    }),
  });
  const END: Event = { packet: 12n, time: 12n, isHidden: true, isLast: true };

  it('are kept where rows that only mark an end are not wanted', () => {
    const kept = wantedRows(batchOf(pack([...EVENTS, END])), { ends: false, drops: true });
    expect(isRelation(kept)).toEqual(EVENTS.map((event) => event.isRelation === true));
  });

  it('pass extensions, which do not see them', async () => {
    const [seen, taken]: [number[], Batch[]] = [[], []];
    const onEvent = ({ packet }: ExtensionEvent): false | undefined => {
      seen.push(packet);
      return packet === 20 ? false : undefined;
    };
    const extension: LoadedExtension = {
      ...{ name: 'a', path: 'a.js', isAlone: false, columns: [], reads: [], added: null, onEvent },
    };
    const extensions = { all: [extension] } as unknown as Extensions;
    const consumer = plannedWith(extensions, planned(false, taken)).open(TRACED);
    consumer.take(batchOf(pack([...EVENTS, END])), 8);
    await consumer.finish({} as Summary);
    expect(seen).toEqual([12, 15, 16, 16, 20, 21, 22, 23]);
    expect(taken.flatMap(isRelation)).toEqual(
      EVENTS.filter(({ packet }) => packet !== 20n).map((event) => event.isRelation === true),
    );
  });

  it('reach each of several outputs', async () => {
    const taken: Batch[] = [];
    const all = allOf([planned(false, taken), planned(true, taken)]).open(TRACED);
    all.take(batchOf(pack([...EVENTS, END])), 8);
    await all.finish({} as Summary);
    expect(taken.map((batch) => isRelation(batch).filter(Boolean))).toEqual(
      Array(2).fill([true, true, true]),
    );
    expect(taken.map(({ count }) => count)).toEqual([EVENTS.length, EVENTS.length + 1]);
  });
});
