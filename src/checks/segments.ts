// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { forgetOldest } from '../core/oldest.js';
import { isRelation, ofParts, parent, part, relation } from '../core/relation.js';
import { isLast, packet } from '../core/row.js';
import type { GsoPacket } from './gso-packet.js';

/** Most packets of which something is remembered. */
const MOST = 20_000;

/** A GSO packet as it was last seen in front of GSO. */
interface Whole {
  readonly gsoSize: number;
  readonly payload: number;
  /** its segments, but for the last one, have gsoSize bytes each */
  readonly isEven: boolean;
}

/** A GSO packet that has been cut. */
interface Cut extends Whole {
  readonly of: number;
  /** segments seen, and their payload in bytes */
  seen: number;
  bytes: number;
}

/** Puts an entry last, and forgets the oldest one if there are too many. */
function remember<Value>(map: Map<number, Value>, key: number, value: Value): void {
  map.delete(key);
  map.set(key, value);
  forgetOldest(map, MOST);
}

/** Compares the payload of segments with that of the packet that they were cut from. */
export class Segments {
  /** GSO packets in flight, by number */
  readonly #whole = new Map<number, Whole>();
  /** by number of the packet that was cut */
  readonly #cut = new Map<number, Cut>();
  /** segments that have not been seen yet: their position, from 1 */
  readonly #awaited = new Map<number, { readonly from: number; readonly part: number }>();

  /** A row that reports a relation. */
  relate(rows: DataView, at: number): void {
    if (!isRelation(rows, at) || relation(rows, at) !== 'segment') return;
    const from = parent(rows, at);
    const whole = this.#whole.get(from);
    const of = ofParts(rows, at);
    if (part(rows, at) === 1 && whole?.isEven === true && of > 0)
      remember(this.#cut, from, { ...whole, of, seen: 0, bytes: 0 });
    if (this.#cut.has(from)) remember(this.#awaited, packet(rows, at), { from, part: part(rows, at) });
  }

  /** True for a segment that difference() has to see. */
  awaits(number: number): boolean {
    return this.#awaited.has(number);
  }

  /**
   * An event of a packet. Returns how many bytes it has too many (or too few: negative): a segment by itself, or all segments
   * together; 0: nothing is wrong, or it is not known yet.
   */
  difference(rows: DataView, at: number, read: GsoPacket): number {
    const number = packet(rows, at);
    const { payload, isEven, isGso, gsoSize } = read;
    if (payload !== null && isGso && !isLast(rows, at))
      remember(this.#whole, number, { payload, isEven, gsoSize });
    const awaited = this.#awaited.get(number);
    if (awaited === undefined || payload === null || isGso || !read.isAsLongAsItSays) return 0;
    this.#awaited.delete(number);
    const cut = this.#cut.get(awaited.from);
    return cut === undefined ? 0 : this.#count(cut, awaited, payload);
  }

  #count(cut: Cut, { from, part: position }: { from: number; part: number }, payload: number): number {
    cut.seen++;
    cut.bytes += payload;
    if (cut.seen === cut.of) this.#cut.delete(from);
    if (position < cut.of) return payload - cut.gsoSize;
    return cut.seen === cut.of ? cut.bytes - cut.payload : 0;
  }

  /** The packet's life has ended. */
  end(number: number): void {
    this.#whole.delete(number);
  }
}
