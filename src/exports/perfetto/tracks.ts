// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { functionColumn } from '../../columns/function.js';
import type { Batch } from '../../core/batch.js';
import { droppedBy } from '../../core/drop.js';
import type { Value } from '../../core/column.js';
import { forgetOldest } from '../../core/oldest.js';
import type { ShownTrace } from '../../core/output.js';
import { relationText } from '../../core/relation.js';
import { cpu, isDrop, isHidden, isReturn, packet, timeNs, type RowReader } from '../../core/row.js';
import type { Summary } from '../../core/summary.js';
import { relationsIn, type Relation } from '../../ways/relations.js';
import { edgesOf, tracksOf, type Track } from '../../ways/spans.js';
import { WaysInFlight } from '../../ways/ways-in-flight.js';
import type { Step, Way } from '../../ways/way.js';
import { packetTitle } from '../packet-title.js';
import { threadName } from '../thread-name.js';
import { EVENT_TYPE, Messages } from './messages.js';

/** Tracks that others are shown below. */
const [PACKETS, CPUS] = [1, 2];
const FIRST_CPU = 2 ** 32;
const FIRST_PACKET = 2 ** 40;
/** Of threads of packets, which have tracks only if they overlap. */
const FIRST_THREAD = 2 ** 48;

/** Packets whose tracks have names, as far as they are remembered. */
const MOST_NAMED = 100_000;

const packetTrack = (number: number): number => FIRST_PACKET + (number % (FIRST_THREAD - FIRST_PACKET));

const NOTHING: readonly [string, Value][] = [];

/**
 * Each call twice: on the track of its CPU when it comes, and on that of its packet when that has ended, where calls
 * that return are slices. Perfetto sorts by time.
 */
export class Tracks {
  readonly #messages = new Messages();
  readonly #ways: WaysInFlight;
  readonly #nameOf: RowReader<string>;
  readonly #cpus = new Set<number>();
  readonly #named = new Set<number>();
  /** packets that only relations have told of so far */
  readonly #unnamed = new Set<number>();
  #hasBegun = false;
  #threads = 0;
  #flows = 0;
  #lastNs = 0n;

  constructor(private readonly trace: ShownTrace) {
    this.#ways = new WaysInFlight(trace);
    this.#nameOf = functionColumn.bind(trace.context).value as RowReader<string>;
  }

  get cut(): number {
    return this.#ways.cut;
  }

  /** The bytes are valid until the next call. */
  take(batch: Batch): Uint8Array {
    this.#begin();
    this.#takeCalls(batch);
    for (const relation of relationsIn(batch)) this.#relate(relation);
    for (const way of this.#ways.take(batch)) this.#takeWay(way);
    return this.#messages.take();
  }

  *end(summary?: Summary): Generator<Uint8Array> {
    this.#begin();
    for (const way of this.#ways.rest()) {
      this.#takeWay(way);
      yield this.#messages.take();
    }
    this.#nameOthers();
    const lost = summary?.lost ?? 0;
    if (lost > 0) this.#instant(PACKETS, this.#lastNs, `${lost} events were lost`, 'loss');
    yield this.#messages.take();
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const { firstNs, realOffsetNs } = this.trace.clock;
    const ns = firstNs ?? 0n;
    const real = ns + realOffsetNs;
    this.#messages.begin(ns, real < 0n ? 0n : real);
    this.#messages.track(CPUS, 'CPUs');
    this.#messages.track(PACKETS, 'packets');
  }

  #takeCalls({ rows, count, rowSize }: Batch): void {
    for (let at = 0; at < count * rowSize; at += rowSize) {
      if (isHidden(rows, at) || isReturn(rows, at) || isDrop(rows, at)) continue;
      const ns = timeNs(rows, at);
      if (ns > this.#lastNs) this.#lastNs = ns;
      this.#messages.event({
        ...{ ns, track: this.#cpuTrack(cpu(rows, at)), type: EVENT_TYPE.instant, category: '' },
        name: this.#nameOf(rows, at),
        annotations: [['packet', packet(rows, at)]],
      });
    }
  }

  #cpuTrack(number: number): number {
    const track = FIRST_CPU + number;
    if (!this.#cpus.has(number)) this.#messages.track(track, `CPU ${number}`, CPUS);
    this.#cpus.add(number);
    return track;
  }

  #takeWay(way: Way): void {
    const { packet: number, firstNs, drops } = way;
    const track = packetTrack(number);
    this.#messages.track(track, packetTitle(way), PACKETS);
    this.#unnamed.delete(number);
    this.#named.add(number);
    forgetOldest(this.#named, MOST_NAMED);
    for (const own of tracksOf(way, this.trace.returns)) this.#takeTrack(own, firstNs, track);
    for (const drop of drops) {
      const { ns, location, reason, cause } = drop;
      const annotations: [string, Value][] = Object.entries({ location, reason, cause });
      this.#instant(track, firstNs + BigInt(ns), droppedBy(drop), 'drop', annotations);
    }
  }

  #takeTrack({ task, spans }: Track, firstNs: bigint, packetOf: number): void {
    let track = packetOf;
    if (task !== null) {
      track = FIRST_THREAD + this.#threads++;
      this.#messages.track(track, threadName(task), packetOf);
    }
    for (const { isOpen, span, ns } of edgesOf(spans)) {
      const type = isOpen ? EVENT_TYPE.begin : EVENT_TYPE.end;
      if (!this.trace.returns && !isOpen) continue;
      this.#messages.event({
        ...{ ns: firstNs + BigInt(ns), track, category: '', name: span.step.function },
        type: this.trace.returns ? type : EVENT_TYPE.instant,
        annotations: isOpen ? annotationsOf(span.step) : Object.entries(span.end?.fields ?? {}),
      });
    }
  }

  /** An arrow from the packet that something was made from, or whose data another one has taken, to that one. */
  #relate({ packet: number, parent, relation, part = 0, of = 0, timeNs: ns }: Relation): void {
    const [text, flow] = [relationText(relation, part, of), ++this.#flows];
    this.#mention(parent);
    this.#mention(number);
    this.#instant(packetTrack(parent), ns, `to #${number}: ${text}`, 'relation', NOTHING, { flow });
    this.#instant(packetTrack(number), ns, `${text} of #${parent}`, 'relation', NOTHING, {
      endingFlow: flow,
    });
  }

  #mention(number: number): void {
    if (!this.#named.has(number)) this.#unnamed.add(number);
    if (this.#unnamed.size > MOST_NAMED) this.#nameOthers();
  }

  #nameOthers(): void {
    for (const number of this.#unnamed) this.#messages.track(packetTrack(number), `#${number}`, PACKETS);
    this.#unnamed.clear();
  }

  #instant(
    track: number,
    ns: bigint,
    name: string,
    category: 'drop' | 'relation' | 'loss',
    annotations = NOTHING,
    flows: { readonly flow?: number; readonly endingFlow?: number } = {},
  ): void {
    this.#messages.event({ ns, track, name, category, annotations, type: EVENT_TYPE.instant, ...flows });
  }
}

const annotationsOf = ({ cpu: number, tid, module, fields }: Step): [string, Value][] => [
  ['cpu', number],
  ['tid', tid],
  ...(module === 'vmlinux' || module === '' ? [] : [['module', module] as [string, Value]]),
  ...Object.entries(fields),
];
