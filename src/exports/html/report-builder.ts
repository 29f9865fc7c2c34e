// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../../core/batch.js';
import { forgetOldest } from '../../core/oldest.js';
import type { ShownTrace } from '../../core/output.js';
import { timeNs } from '../../core/row.js';
import type { ReportHead, ReportOverview } from '../../report/head.js';
import { relationsIn, type Relation } from '../../ways/relations.js';
import { PathClasses } from '../../ways/classes.js';
import { Tally } from '../../ways/tally.js';
import type { Way } from '../../ways/way.js';
import { WaysInFlight } from '../../ways/ways-in-flight.js';
import { shownClasses } from './classes.js';
import { encodeReport } from './encode.js';
import { LatencyHistogram, TimeHistogram } from './histograms.js';
import { Keeper, type KeptPacket } from './kept-packet.js';
import { Lanes } from './lanes.js';
import { Sample } from './sample.js';

/** Packets whose relations are remembered until their end; more are not in flight, unless ends are missed. */
const MOST_LINKED = 100_000;
/** Relations of one packet, which a file of strangers may have any number of. */
const MOST_LINKS = 1000;
/** Classes that the page lists. */
const MOST_CLASSES = 100;
const MOST_REASONS = 200;

/** What the page says of the trace, besides its events. */
export type ReportFacts = Pick<ReportHead, 'ipft' | 'host' | 'command' | 'hasDevices' | 'hasDrops'>;

/** Collects the packets of a trace, and makes a report of them. */
export class ReportBuilder {
  readonly #ways: WaysInFlight;
  readonly #keeper: Keeper;
  readonly #classes = new PathClasses();
  readonly #time = new TimeHistogram();
  readonly #latency = new LatencyHistogram();
  readonly #reasons = new Tally<string>(MOST_REASONS);
  readonly #links = new Map<number, Relation[]>();
  readonly #notable: Sample<KeptPacket>;
  readonly #others: Sample<KeptPacket>;
  #baseNs: bigint | null = null;
  #lastNs = 0n;
  #counts = { packets: 0, events: 0, droppedPackets: 0 };

  /** `trace`: with the fields of the report, as text; `most`: events that the report may have. */
  constructor(
    private readonly trace: ShownTrace,
    private readonly most: number,
  ) {
    const lanes = new Lanes((inode) => trace.context.namespaceName(inode));
    this.#ways = new WaysInFlight(trace);
    const keys = trace.fields.map(({ key }) => key);
    this.#keeper = new Keeper(keys, lanes, trace.returns);
    this.#notable = new Sample(Math.floor(most / 2));
    this.#others = new Sample(most);
  }

  /** Packets that are shown as several: see WaysInFlight.cut. */
  get cut(): number {
    return this.#ways.cut;
  }

  /** Takes the rows of a batch, hidden ones among them. */
  take(batch: Batch): void {
    if (batch.count === 0) return;
    this.#baseNs ??= timeNs(batch.rows, 0);
    const last = timeNs(batch.rows, (batch.count - 1) * batch.rowSize);
    if (last > this.#lastNs) this.#lastNs = last;
    for (const relation of relationsIn(batch)) this.#link(relation);
    forgetOldest(this.#links, MOST_LINKED);
    for (const way of this.#ways.take(batch)) this.#add(way);
  }

  /** The report, before it is compressed. `notes`: what is missing from the trace, in words. */
  finish(facts: ReportFacts, notes: readonly string[]): Uint8Array {
    for (const way of this.#ways.rest()) this.#add(way);
    const packets = [...this.#notable.kept, ...this.#others.kept];
    packets.sort((a, b) => a.firstNs - b.firstNs || a.packet - b.packet);
    const { classes, numberOf } = shownClasses(this.#classes, MOST_CLASSES);
    const listed = classes.reduce((sum, each) => sum + each.packets, 0);
    const head = {
      ...{ version: 1 as const, ...facts },
      kernel: this.trace.kernel,
      firstNs: String(this.#baseNs ?? 0n),
      realOffsetNs: String(this.trace.clock.realOffsetNs),
      follows: this.trace.follows,
      returns: this.trace.returns,
      overview: { ...this.#overview(), classes, otherPackets: this.#counts.packets - listed },
      notes: [...this.#leftOut(packets), ...notes],
    };
    return encodeReport(this.#keeper, packets, head, numberOf);
  }

  #add(way: Way): void {
    const ofClass = this.#classes.add(way);
    const isNew = ofClass?.latency.count === 1;
    const isDropped = way.drops.length > 0;
    const firstNs = Math.max(0, Number(way.firstNs - (this.#baseNs ?? 0n)));
    this.#count(way, firstNs);
    const family = way.kinship?.family ?? way.packet;
    const sample = isDropped || isNew ? this.#notable : this.#others;
    const links = this.#linksOf(way);
    if (!sample.has(family)) return;
    sample.add(this.#keeper.keep(way, firstNs, ofClass, links));
    this.#others.limit(this.most - this.#notable.events);
  }

  #link(relation: Relation): void {
    const links = this.#links.get(relation.packet);
    if (links === undefined) this.#links.set(relation.packet, [relation]);
    else if (links.length < MOST_LINKS) links.push(relation);
  }

  #count(way: Way, firstNs: number): void {
    const isDropped = way.drops.length > 0;
    this.#counts.packets++;
    this.#counts.events += way.steps.length;
    if (isDropped) this.#counts.droppedPackets++;
    this.#time.add(firstNs, isDropped);
    if (way.isComplete) this.#latency.add(way.lengthNs);
    for (const { cause, reason } of way.drops) this.#reasons.add(cause ?? reason ?? 'unknown');
  }

  /** The relations of a packet, without the one that its kinship tells of. */
  #linksOf({ packet, kinship }: Way): Relation[] {
    const links = this.#links.get(packet) ?? [];
    this.#links.delete(packet);
    const first = links.findIndex(
      ({ parent, relation }) => parent === kinship?.parent && relation === kinship.relation,
    );
    return links.filter((_, index) => index !== first);
  }

  #overview(): Omit<ReportOverview, 'classes' | 'otherPackets'> {
    return {
      ...this.#counts,
      lengthNs: this.#baseNs === null ? 0 : Number(this.#lastNs - this.#baseNs),
      time: this.#time.time,
      timeDropped: this.#time.dropped,
      latency: this.#latency.shown,
      p50Ns: this.#latency.all.quantile(0.5),
      p90Ns: this.#latency.all.quantile(0.9),
      p99Ns: this.#latency.all.quantile(0.99),
      longestNs: this.#latency.all.quantile(1),
      reasons: this.#reasons.sorted(),
      otherDrops: this.#reasons.rest,
    };
  }

  /** What the report leaves out of the trace, in words. */
  #leftOut(packets: readonly KeptPacket[]): string[] {
    const { packets: all, droppedPackets } = this.#counts;
    const notes: string[] = [];
    if (packets.length < all) {
      const dropped = packets.filter(({ drops }) => drops.length > 0).length;
      const ofDropped =
        dropped === droppedPackets ? 'all dropped ones' : `${dropped} of ${droppedPackets} dropped ones`;
      notes.push(
        `This report has ${packets.length} of ${all} packets: ${ofDropped}, an example of each way, and one in ${this.#others.oneOf} of the others. ` +
          `The overview counts all of them. More events: ipft export --to html --max-events N.`,
      );
    }
    if (this.#ways.cut > 0)
      notes.push(`${this.#ways.cut} packets are shown as several, since too many were in flight.`);
    return notes;
  }
}
