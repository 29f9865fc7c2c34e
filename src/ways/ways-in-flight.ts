// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { crossing as crossingColumn, type Crossing } from '../columns/crossing.js';
import { functionColumn } from '../columns/function.js';
import { kinshipOf } from '../columns/kinship.js';
import { moduleColumn } from '../columns/module.js';
import type { Batch } from '../core/batch.js';
import type { Value } from '../core/column.js';
import { dropOf } from '../core/drop.js';
import { dropRelatives } from '../core/drop-kin.js';
import { droppedPackets } from '../core/dropped.js';
import type { DroppedPackets } from '../core/dropped-packets.js';
import { fillOf, type Members } from '../core/members.js';
import type { ShownTrace } from '../core/output.js';
import type { PacketEvents } from '../core/packet-events.js';
import { cpu, durationNs, isDrop, isReturn, packet, tid, timeNs, type RowReader } from '../core/row.js';
import type { DropStep, Step, Way } from './way.js';

/** Makes steps of rows. `fields`: see Step.fields. */
function stepReader({ context, fields }: ShownTrace): (rows: DataView, at: number, firstNs: bigint) => Step {
  const fills = fields.map((column) => fillOf(column, context));
  const nameOf = functionColumn.bind(context).value as RowReader<string>;
  const moduleOf = moduleColumn.bind(context).value as RowReader<string>;
  const crossingOf = crossingColumn.bind(context).value as RowReader<Value & Crossing>;
  return (rows, at, firstNs) => {
    const members: Members = {};
    for (const fill of fills) fill(members, rows, at);
    return {
      ns: Number(timeNs(rows, at) - firstNs),
      cpu: cpu(rows, at),
      tid: tid(rows, at),
      function: nameOf(rows, at),
      module: moduleOf(rows, at),
      durationNs: isReturn(rows, at) ? Number(durationNs(rows, at)) : null,
      crossing: crossingOf(rows, at),
      fields: members,
    };
  };
}

/** Collects the packets in flight, and makes a way of each at its end. */
export class WaysInFlight {
  readonly #dropped: DroppedPackets;
  #others: PacketEvents[] = [];
  readonly #step: ReturnType<typeof stepReader>;
  readonly #drop: ReturnType<typeof dropOf>;

  /** `dropped`: takes the packets that are dropped, and discards all others; by default there are ways of all. */
  constructor(
    private readonly trace: ShownTrace,
    dropped?: DroppedPackets,
  ) {
    const { context, follows } = trace;
    this.#dropped = dropped ?? droppedPackets(context, follows, (events) => this.#others.push(events));
    this.#step = stepReader(trace);
    this.#drop = dropOf(context);
  }

  /** Takes the rows, hidden ones among them. Returns the packets that have ended. */
  take(batch: Batch): Way[] {
    const dropped = this.#dropped.take(batch);
    return [...this.#takeOthers(), ...dropped.map((events) => this.#wayOf(events, true))];
  }

  /** The packets still in flight. */
  *rest(): Generator<Way> {
    for (const events of this.#dropped.rest()) {
      yield* this.#takeOthers();
      yield this.#wayOf(events, true);
    }
    yield* this.#takeOthers();
  }

  /** Events held. */
  get held(): number {
    return this.#dropped.held;
  }

  /** Packets whose way was made before their end, because too many events were held. */
  get cut(): number {
    return this.#dropped.cut;
  }

  #takeOthers(): Way[] {
    const others = this.#others.map((events) => this.#wayOf(events, false));
    this.#others = [];
    return others;
  }

  #wayOf(events: PacketEvents, isDropped: boolean): Way {
    const { rows } = events;
    const offsets = events.byTime();
    const [first = 0, last = 0] = [offsets.at(0), offsets.at(-1)];
    const firstNs = timeNs(rows, first);
    const steps: Step[] = [];
    for (const at of offsets) if (!isDrop(rows, at)) steps.push(this.#step(rows, at, firstNs));
    return {
      packet: packet(rows, first),
      firstNs,
      lengthNs: Number(timeNs(rows, last) - firstNs),
      steps,
      drops: isDropped ? this.#dropsOf(events, firstNs) : [],
      kinship: this.trace.follows ? kinshipOf(rows, first) : null,
      isComplete: events.isComplete,
    };
  }

  #dropsOf(events: PacketEvents, firstNs: bigint): DropStep[] {
    const { drops, kin } = this.#dropped.split(events);
    const { rows } = events;
    return Array.from(drops, (at) => ({
      ns: Number(timeNs(rows, at) - firstNs),
      ...this.#drop(rows, at),
      ...dropRelatives(kin),
    }));
  }
}
