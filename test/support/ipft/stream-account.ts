// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { grouped } from '../witnesses/pairing.js';
import type { Relation, Row, Traced } from './relatives.js';

/*
 * What became of the bytes of one TCP stream, by events and relations alone. What TCP keeps has no events; its clones are
 * transmissions. The trace must have the functions below.
 */

/** What a veth calls with each packet that it hands to its peer; module functions of Linux 5.10 have no BTF. */
const CROSSING = 'skb_scrub_packet';
const ARRIVAL = 'tcp_v4_rcv';
const DROPS = ['kfree_skb', 'kfree_skb_reason', 'sk_skb_reason_drop'];
/** How a packet takes another one's data. The others are how a packet is made. */
const MERGES = ['gro', 'coalesced', 'shifted'];
/** Called when a socket gives back the memory of a packet that it has had in a queue. */
const READ = 'sock_rfree';

export const STREAM_FUNCTIONS = [CROSSING, ARRIVAL, ...DROPS, READ];
export const STREAM_FIELDS = 'len,transport_offset,seq';

export type Call = Row & {
  readonly len: number;
  readonly transport_offset: number;
  readonly seq: number | null;
};

/** Bytes of the stream, counted from its first one. */
export type Range = readonly [from: number, to: number];

export const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

export const sizeOf = (ranges: readonly Range[]): number => sum(ranges.map(([from, to]) => to - from));

/** The same bytes, each once. */
export function once(ranges: readonly Range[]): Range[] {
  const apart: Range[] = [];
  for (const [from, to] of ranges.toSorted(([left], [right]) => left - right)) {
    const last = apart.at(-1);
    if (last !== undefined && from <= last[1]) apart[apart.length - 1] = [last[0], Math.max(last[1], to)];
    else apart.push([from, to]);
  }
  return apart;
}

export class StreamAccount {
  readonly #calls: ReadonlyMap<number, readonly Call[]>;
  readonly #byParent: ReadonlyMap<number, readonly Relation[]>;
  readonly #byChild: ReadonlyMap<number, readonly Relation[]>;
  /** how a packet was made */
  readonly #origins: ReadonlyMap<number, Relation>;
  readonly #transmissions: readonly Relation[];
  /** sequence number of the first byte */
  readonly #start: number;

  constructor({ relations, rows }: Traced<Call>) {
    this.#calls = grouped(rows, ({ packet }) => packet);
    this.#byParent = grouped(relations, ({ parent }) => parent);
    this.#byChild = grouped(relations, ({ packet }) => packet);
    const made = relations.filter(({ relation }) => !MERGES.includes(relation));
    this.#origins = new Map(made.map((each) => [each.packet, each]));
    this.#transmissions = relations.filter(
      ({ packet, parent }) => this.#calls.has(packet) && !this.#calls.has(parent),
    );
    const [syn] = this.#transmissions;
    if (syn === undefined) throw new Error('nothing is sent');
    this.#start = (this.#first(syn.packet).seq ?? NaN) + 1;
  }

  /** Bytes that each first ancestor had when it was sent for the first time. */
  get ancestors(): number[] {
    const firsts = new Map<number, number>();
    for (const { parent, bytes } of this.#transmissions)
      if (!this.#origins.has(parent) && !firsts.has(parent)) firsts.set(parent, bytes);
    return [...firsts.values()];
  }

  /** What is sent: for the first time or again. */
  get sent(): Range[] {
    return this.#rangesOf(this.#transmissions);
  }

  /** Of that, what is sent again. */
  get sentAgain(): Range[] {
    return this.#rangesOf(this.#transmissions.filter(({ relation }) => relation !== 'clone'));
  }

  /** Transmissions that are segmented, and their segments. */
  get segmented(): (readonly [whole: Range, segments: readonly Range[]])[] {
    return this.#pieces()
      .filter(([whole, [first]]) => whole !== first)
      .map(([whole, segments]) => [this.#range(this.#first(whole)), this.#rangesAt(segments)]);
  }

  /** What is dropped on its way. Throws for what neither is dropped nor arrives. */
  get dropped(): Range[] {
    const gone = this.#pieces().flatMap(([, pieces]) => pieces.filter((packet) => !this.#arrives(packet)));
    const unexplained = gone.filter((packet) => !this.#isDropped(packet));
    if (unexplained.length > 0) throw new Error(`neither dropped nor received: ${unexplained.join(' ')}`);
    return this.#rangesAt(gone);
  }

  /** What the receiver gets. */
  get arrived(): Range[] {
    return this.#arrivals().map(([, arrival]) => this.#range(arrival));
  }

  /** What its socket has read: packets, each with its length, and the bytes that it and those in it arrived with. */
  get read(): { readonly length: number; readonly ranges: readonly Range[] }[] {
    return this.#arrivals().flatMap(([packet, arrival]) => {
      const end = this.#callsOf(packet).find(({ function: name }) => name === READ);
      const isWhole = !this.#isDropped(packet) && this.#made(packet, 'coalesced').length === 0;
      const isEmpty = sizeOf([this.#range(arrival)]) === 0;
      return end === undefined || !isWhole || isEmpty
        ? []
        : [{ length: end.len, ranges: this.#takenIn(packet).map((each) => this.#range(each)) }];
    });
  }

  #callsOf = (packet: number): readonly Call[] => this.#calls.get(packet) ?? [];

  #first(packet: number): Call {
    const [first] = this.#callsOf(packet);
    if (first === undefined) throw new Error(`#${packet} has no events`);
    return first;
  }

  /** Packets that were made from this one, or have taken its data. */
  #made(packet: number, ...relations: readonly string[]): number[] {
    const children = this.#byParent.get(packet) ?? [];
    return children.filter(({ relation }) => relations.includes(relation)).map((each) => each.packet);
  }

  /** The transmission that a packet was made from; undefined: TCP does not keep it, such as an acknowledgment. */
  #transmission(packet: number): Relation | undefined {
    const origin = this.#origins.get(packet);
    return origin !== undefined && this.#calls.has(origin.parent)
      ? this.#transmission(origin.parent)
      : origin;
  }

  /** The stream's bytes in a packet. TCP's header is what a transmission has more than what TCP keeps. */
  #range({ packet, seq, len, transport_offset: offset }: Call): Range {
    const transmission = this.#transmission(packet);
    if (transmission === undefined) throw new Error(`#${packet} is no transmission`);
    const first = this.#first(transmission.packet);
    const header = first.len - first.transport_offset - transmission.bytes;
    const from = ((seq ?? NaN) - this.#start) | 0;
    return [from, from + len - offset - header];
  }

  #rangesAt = (packets: readonly number[]): Range[] =>
    packets.map((packet) => this.#range(this.#first(packet)));

  #rangesOf = (relations: readonly Relation[]): Range[] =>
    this.#rangesAt(relations.map(({ packet }) => packet));

  /** Transmissions, and the pieces that they go on in: their segments, or each itself. */
  #pieces(): (readonly [whole: number, pieces: readonly number[]])[] {
    return this.#transmissions.map(({ packet }) => {
      const segments = this.#made(packet, 'segment');
      return [packet, segments.length === 0 ? [packet] : segments];
    });
  }

  #isDropped = (packet: number): boolean =>
    this.#callsOf(packet).some(({ function: name }) => DROPS.includes(name));

  #arrival = (packet: number): Call | undefined =>
    this.#callsOf(packet).find(({ function: name }) => name === ARRIVAL);

  /** True if the receiver gets the packet, a copy of it, or another one that has taken its bytes. */
  #arrives = (packet: number): boolean =>
    this.#arrival(packet) !== undefined ||
    this.#made(packet, 'clone', 'gro').some((child) => this.#arrives(child));

  /** Arrivals of a packet and of all that were coalesced into it. */
  #takenIn(packet: number): Call[] {
    const arrival = this.#arrival(packet);
    const parents = (this.#byChild.get(packet) ?? []).filter(({ relation }) => relation === 'coalesced');
    return [
      ...(arrival === undefined ? [] : [arrival]),
      ...parents.flatMap(({ parent }) => this.#takenIn(parent)),
    ];
  }

  #arrivals(): (readonly [packet: number, arrival: Call])[] {
    return [...this.#calls.keys()].flatMap((packet) => {
      const arrival = this.#arrival(packet);
      return arrival === undefined || this.#transmission(packet) === undefined ? [] : [[packet, arrival]];
    });
  }
}
