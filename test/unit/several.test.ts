// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/core/batch.js';
import type { Consumer, PlannedConsumer } from '../../src/core/consumer.js';
import { isHidden, timeNs } from '../../src/core/row.js';
import type { Summary } from '../../src/core/summary.js';
import type { Traced } from '../../src/core/traced.js';
import { MOST_WAITING } from '../../src/results/lane.js';
import { allOf } from '../../src/results/several.js';
import { batchOf, pack } from '../support/packets/rows.js';

const TRACED = {} as Traced;
const SUMMARY = {} as Summary;

/** A consumer that takes nothing while its gate is shut. */
class Gated implements Consumer {
  readonly fillsTerminal = false;
  readonly broken = new Promise<null>(() => undefined);
  readonly dropped = 0;
  readonly cut = 0;
  readonly drops = null;
  readonly times: bigint[] = [];
  readonly told: unknown[] = [];
  hidden = 0;
  events = 0;
  finished = false;
  #shut = false;
  #open: () => void = () => undefined;
  #opened: Promise<void> = Promise.resolve();

  constructor(readonly name: string) {}

  shut(): void {
    this.#shut = true;
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#shut = false;
    this.#open();
  }

  take({ rows, count, rowSize }: Batch, events: number): void {
    this.events += events;
    for (let at = 0; at < count * rowSize; at += rowSize) {
      if (isHidden(rows, at)) this.hidden++;
      this.times.push(timeNs(rows, at));
    }
  }

  report(_: number, told: unknown): void {
    this.told.push(told);
  }

  get full(): boolean {
    return this.#shut;
  }

  drained(): Promise<void> {
    return this.#opened;
  }

  backlog(): [] {
    return [];
  }

  finish(): Promise<null> {
    this.finished = true;
    return Promise.resolve(null);
  }
}

const planned = (consumer: Gated, ends = true, drops = false): PlannedConsumer => ({
  wants: { ends, drops },
  open: () => consumer,
});

const several = (first: Gated, second: Gated): Consumer =>
  allOf([planned(first), planned(second)]).open(TRACED);

const eventsAt = (...times: number[]): Batch => batchOf(pack(times.map((time) => ({ time: BigInt(time) }))));

describe('several consumers of one trace', () => {
  it('are the consumer itself if there is only one', () => {
    const only = planned(new Gated('only'));
    expect(allOf([only])).toBe(only);
  });

  it('want the rows that any of them wants', () => {
    const { wants } = allOf([planned(new Gated('a'), false), planned(new Gated('b'), true)]);
    expect(wants).toEqual({ ends: true, drops: false });
  });

  it('each get all events in order, even if another one is slow', async () => {
    const [quick, slow] = [new Gated('quick'), new Gated('slow')];
    const both = several(quick, slow);
    slow.shut();
    both.take(eventsAt(1, 2), 2);
    both.report?.(1, 'told');
    both.take(eventsAt(3), 1);
    expect([quick.times, slow.times]).toEqual([[1n, 2n, 3n], []]);
    slow.open();
    await both.finish(SUMMARY);
    expect([slow.times, slow.told, slow.finished]).toEqual([[1n, 2n, 3n], ['told'], true]);
    expect([both.dropped, both.backlog(), both.accounts]).toEqual([
      0,
      [],
      [
        { name: 'quick', missed: 0 },
        { name: 'slow', missed: 0 },
      ],
    ]);
  });

  it('count what a slow one misses, and continue with the other one', async () => {
    const [quick, slow] = [new Gated('quick'), new Gated('slow')];
    const both = several(quick, slow);
    slow.shut();
    const batch = eventsAt(...Array(10_000).keys());
    const fitting = Math.ceil(MOST_WAITING / (batch.count * batch.rowSize));
    for (let count = 0; count < fitting + 3; count++) both.take(batch, batch.count);
    const missed = 3 * batch.count;
    expect([both.full, both.dropped, quick.times.length]).toEqual([
      false,
      missed,
      (fitting + 3) * batch.count,
    ]);
    slow.open();
    await both.finish(SUMMARY);
    expect(slow.times).toHaveLength(fitting * batch.count);
    expect(both.accounts?.at(-1)).toEqual({ name: 'slow', missed });
    expect(both.backlog().map(({ text }) => text)).toEqual([
      `${missed} events are missing from slow: it did not take them as fast as they came`,
    ]);
  });

  it('report what waits for a slow one when the process exits without waiting', () => {
    const [quick, slow] = [new Gated('quick'), new Gated('slow')];
    const both = several(quick, slow);
    slow.shut();
    both.take(eventsAt(1, 2), 2);
    both.take(eventsAt(3), 1);
    expect(both.backlog().map(({ text }) => text)).toEqual([
      '3 events are missing from slow: it did not take them as fast as they came',
    ]);
  });

  it('are full when all of them would miss events, and have room when one has room', async () => {
    const [first, second] = [new Gated('first'), new Gated('second')];
    const both = several(first, second);
    first.shut();
    second.shut();
    const batch = eventsAt(...Array(10_000).keys());
    while (!both.full) both.take(batch, batch.count);
    second.open();
    await both.drained();
    expect([both.full, first.times.length]).toEqual([false, 0]);
  });

  it('pass hidden rows only to consumers that want them', () => {
    const [wanting, other] = [new Gated('wanting'), new Gated('other')];
    const both = allOf([planned(wanting, true), planned(other, false)]).open(TRACED);
    both.take(batchOf(pack([{ time: 1n }, { time: 2n, isHidden: true }, { time: 3n }])), 2);
    expect([wanting.hidden, wanting.times, other.times]).toEqual([1, [1n, 2n, 3n], [1n, 3n]]);
  });

  it('pass rows of drops only to consumers that want them', () => {
    const [wanting, other] = [new Gated('wanting'), new Gated('other')];
    const both = allOf([planned(wanting, true, true), planned(other)]).open(TRACED);
    both.take(batchOf(pack([{ time: 1n }, { time: 2n, isDrop: true }])), 2);
    expect([wanting.times, other.times, wanting.events, other.events]).toEqual([[1n, 2n], [1n], 2, 1]);
  });
});
