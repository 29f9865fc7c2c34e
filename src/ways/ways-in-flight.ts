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
import {
  cpu,
  durationNs,
  gsoSize,
  isDrop,
  isReturn,
  packet,
  tid,
  timeNs,
  type RowReader,
} from '../core/row.js';
import { isWay, wayFirstNs, wayLengthNs } from '../core/way-row.js';
import { KeptWays } from './kept-ways.js';
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

const NO_STEPS: readonly Step[] = [];
const NO_DROPS: readonly DropStep[] = [];

/** When a packet with a KeptWay was seen first, and last. */
function spanOf(rows: DataView, offsets: Uint32Array): [firstNs: bigint, lastNs: bigint] {
  const spans = Array.from(offsets, (at): [bigint, bigint] => {
    if (!isWay(rows, at)) return [timeNs(rows, at), timeNs(rows, at)];
    return [wayFirstNs(rows, at), wayFirstNs(rows, at) + BigInt(wayLengthNs(rows, at))];
  });
  return spans.reduce(([first, last], [from, to]) => [from < first ? from : first, to > last ? to : last]);
}

const isUnnamed = ({ kept }: Way): boolean => kept !== null && kept.functions === null;

/** Beyond this the oldest stay without. */
const MOST_UNNAMED = 10_000;

/** Collects the packets in flight, and makes a way of each at its end. */
export class WaysInFlight {
  readonly #dropped: DroppedPackets;
  #others: PacketEvents[] = [];
  #unnamed: Way[] = [];
  readonly #step: ReturnType<typeof stepReader>;
  readonly #drop: ReturnType<typeof dropOf>;
  readonly #kept: KeptWays;

  /** `dropped`: takes the packets that are dropped, and discards all others; by default there are ways of all. */
  constructor(
    private readonly trace: ShownTrace,
    dropped?: DroppedPackets,
  ) {
    const { context, follows } = trace;
    this.#dropped = dropped ?? droppedPackets(context, follows, (events) => this.#others.push(events));
    this.#step = stepReader(trace);
    this.#drop = dropOf(context);
    this.#kept = new KeptWays(context);
  }

  /** Takes the rows, hidden ones among them. Returns the packets that have ended. */
  take(batch: Batch): Way[] {
    const isNew = this.#kept.learn(batch);
    const dropped = this.#dropped.take(batch);
    return this.#named(isNew, [...this.#takeOthers(), ...dropped.map((events) => this.#wayOf(events, true))]);
  }

  /** The packets still in flight. */
  *rest(): Generator<Way> {
    for (const events of this.#dropped.rest()) {
      yield* this.#takeOthers();
      yield this.#wayOf(events, true);
    }
    yield* this.#takeOthers();
    for (const way of this.#unnamed) yield this.#kept.named(way) ?? way;
  }

  /** Events held. */
  get held(): number {
    return this.#dropped.held + this.#unnamed.length;
  }

  /** Packets whose way was made before their end, because too many events were held. */
  get cut(): number {
    return this.#dropped.cut;
  }

  /** Ways whose functions come with another packet wait for it. `isNew`: functions of further ways have come. */
  #named(isNew: boolean, ways: Way[]): Way[] {
    if ((this.#unnamed.length === 0 || !isNew) && !ways.some(isUnnamed)) return ways;
    const known = isNew ? this.#unnamed.flatMap((way) => this.#kept.named(way) ?? []) : [];
    if (known.length > 0) this.#unnamed = this.#unnamed.filter((way) => this.#kept.named(way) === null);
    this.#unnamed.push(...ways.filter(isUnnamed));
    const surplus = this.#unnamed.splice(0, this.#unnamed.length - MOST_UNNAMED);
    return [...ways.filter((way) => !isUnnamed(way)), ...known, ...surplus];
  }

  #takeOthers(): Way[] {
    const others = this.#others.map((events) => this.#wayOf(events, false));
    this.#others = [];
    return others;
  }

  /** A packet that has a row with its whole way, and no other. */
  #keptWayOf({ rows, isComplete }: PacketEvents): Way {
    return {
      packet: packet(rows, 0),
      firstNs: wayFirstNs(rows, 0),
      lengthNs: wayLengthNs(rows, 0),
      steps: NO_STEPS,
      kept: this.#kept.of(rows, 0),
      isGso: gsoSize(rows, 0) !== 0,
      drops: NO_DROPS,
      kinship: this.trace.follows ? kinshipOf(rows, 0) : null,
      isComplete,
    };
  }

  #wayOf(events: PacketEvents, isDropped: boolean): Way {
    const { rows } = events;
    if (events.size === 1 && isWay(rows, 0)) return this.#keptWayOf(events);
    const offsets = events.byTime();
    const calls = offsets.filter((at) => !isDrop(rows, at));
    const [first = 0, last = 0] = [offsets.at(0), offsets.at(-1)];
    const [call] = calls;
    const isKept = call !== undefined && isWay(rows, call);
    const [firstNs, lastNs] = isKept ? spanOf(rows, offsets) : [timeNs(rows, first), timeNs(rows, last)];
    return {
      packet: packet(rows, first),
      firstNs,
      lengthNs: Number(lastNs - firstNs),
      steps: isKept ? [] : Array.from(calls, (at) => this.#step(rows, at, firstNs)),
      kept: isKept ? this.#kept.of(rows, call) : null,
      isGso: call !== undefined && gsoSize(rows, call) !== 0,
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
