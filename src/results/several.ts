// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import type { Consumer, Loss, PlannedConsumer } from '../core/consumer.js';
import type { ConsumerAccount, Summary } from '../core/summary.js';
import type { Traced } from '../core/traced.js';
import { Lane } from './lane.js';

/** Passes the events of one trace to several consumers; a slow one does not delay the others. */
class Several implements Consumer {
  readonly name: string;
  readonly broken: Promise<Error | null>;
  readonly done: Promise<void> | undefined;
  readonly fillsTerminal: boolean;
  readonly #consumers: readonly Consumer[];

  constructor(private readonly lanes: readonly Lane[]) {
    this.#consumers = lanes.map(({ consumer }) => consumer);
    this.name = this.#consumers.map(({ name }) => name).join(', ');
    this.broken = Promise.race(lanes.map(({ broken }) => broken));
    this.done = this.#consumers.find(({ done }) => done !== undefined)?.done;
    this.fillsTerminal = this.#consumers.some((consumer) => consumer.fillsTerminal);
  }

  take(batch: Batch, events: number): void {
    for (const lane of this.lanes) lane.take(batch, events);
  }

  report(packet: number, report: string | object): void {
    for (const lane of this.lanes) lane.report(packet, report);
  }

  /** Draining pauses only when all of them would miss events. */
  get full(): boolean {
    return this.lanes.every((lane) => lane.full);
  }

  drained(): Promise<void> {
    return Promise.race([...this.lanes.map((lane) => lane.room()), this.broken.then(() => undefined)]);
  }

  /** Events that at least one of them did not get. */
  get dropped(): number {
    return Math.max(...this.accounts.map(({ missed }) => missed));
  }

  get accounts(): readonly ConsumerAccount[] {
    return this.lanes.map(({ consumer, missed }) => ({
      name: consumer.name,
      missed: missed + consumer.dropped,
    }));
  }

  get dumps(): Consumer['dumps'] {
    return this.#consumers.find(({ dumps }) => dumps !== undefined)?.dumps;
  }

  get drops(): Consumer['drops'] {
    return this.#consumers.find(({ drops }) => drops !== null)?.drops ?? null;
  }

  get cut(): number {
    return Math.max(...this.#consumers.map(({ cut }) => cut));
  }

  backlog(): Loss[] {
    return this.lanes.flatMap((lane) => [...tooSlow(lane), ...lane.consumer.backlog()]);
  }

  async finish(summary: Summary | null): Promise<Error | null> {
    const problems = await Promise.all(this.lanes.map((lane) => lane.finish(summary)));
    return problems.find((problem) => problem !== null) ?? null;
  }
}

/** What the consumer has not been given: after the end also what still waits for it. */
function tooSlow({ consumer, missed, waiting }: Lane): Loss[] {
  const events = missed + waiting;
  if (events === 0) return [];
  return [
    {
      text: `${events} events are missing from ${consumer.name}: it did not take them as fast as they came`,
      remedy: 'a faster reader or disk, or fewer events: --regex, --sample',
    },
  ];
}

/** Combines the consumers into one. */
export function allOf(all: readonly [PlannedConsumer, ...PlannedConsumer[]]): PlannedConsumer {
  const [first, ...others] = all;
  if (others.length === 0) return first;
  const drops = all.some(({ wants }) => wants.drops);
  // Where nobody wants rows of drops there are none, and none are looked for.
  const laneOf = (planned: PlannedConsumer, traced: Traced): Lane =>
    new Lane(planned.open(traced), { ...planned.wants, drops: planned.wants.drops || !drops });
  return {
    wants: { ends: all.some(({ wants }) => wants.ends), drops },
    open: (traced) => new Several(all.map((planned) => laneOf(planned, traced))),
  };
}
