// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { forgetOldest } from '../../core/oldest.js';
import { isRelated, isRelation, parent } from '../../core/relation.js';
import {
  durationNs,
  isDrop,
  isHidden,
  isLast,
  isReturn,
  packet,
  timeNs,
  type RowReader,
} from '../../core/row.js';

/** Packets that have ended and are remembered, as their relatives may be seen later. */
const MOST_ENDED = 65_536;

/**
 * Follows packets as a trace does: from the first call that matches on to their ends, with what is made from
 * them.
 */
export class FollowedPackets {
  /** by number, CLOCK_MONOTONIC of the first event that is shown, ns */
  readonly #since = new Map<number, bigint>();
  readonly #ended = new Set<number>();

  /** `matches`: whether a packet matches at a call */
  constructor(private readonly matches: RowReader<boolean>) {}

  /** Whether a row is of a packet that is followed. `mayMatch`: the row is of a function that is selected. */
  has(rows: DataView, at: number, mayMatch: boolean): boolean {
    const number = packet(rows, at);
    const since = this.#since.get(number);
    if (since !== undefined) return this.#isAfter(rows, at, since, number);
    if (!this.#begins(rows, at, mayMatch)) return false;
    if (isLast(rows, at)) this.#end(number);
    else this.#since.set(number, timeNs(rows, at));
    return true;
  }

  /** A return is shown if its call was. */
  #isAfter(rows: DataView, at: number, since: bigint, number: number): boolean {
    if (isReturn(rows, at) && timeNs(rows, at) - durationNs(rows, at) < since) return false;
    if (isLast(rows, at)) this.#end(number);
    return true;
  }

  #begins(rows: DataView, at: number, mayMatch: boolean): boolean {
    if ((isRelated(rows, at) || isRelation(rows, at)) && this.#isFollowed(parent(rows, at))) return true;
    const isCall = !isHidden(rows, at) && !isDrop(rows, at) && !isReturn(rows, at);
    return mayMatch && isCall && this.matches(rows, at);
  }

  #isFollowed(number: number): boolean {
    return this.#since.has(number) || this.#ended.has(number);
  }

  #end(number: number): void {
    this.#since.delete(number);
    this.#ended.add(number);
    forgetOldest(this.#ended, MOST_ENDED);
  }
}
