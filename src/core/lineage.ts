// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from './batch.js';
import type { Divided, DropKin } from './drop-kin.js';
import type { FateReaders, Step } from './fates.js';
import { forgetOldest } from './oldest.js';
import type { PacketEvents } from './packet-events.js';
import { isRelation, ofParts, parent, part, relation } from './relation.js';
import { isDrop, isHidden, isLast, packet } from './row.js';
import { callsBefore, isWay, saysCalls, wayCalls } from './way-row.js';

/** Packets that are remembered; more are not followed at a time (IPFT_LIVES), unless ends are missed. */
const MOST = 100_000;

/** Copies of copies, beyond which a packet's ancestors are not remembered. */
const MOST_GENERATIONS = 16;

/** A part of a divided packet, which copies of the part share. */
interface Share {
  readonly divided: Divided;
  /** from 1; 0: unknown */
  readonly part: number;
  /** it counts among the parts that are dropped */
  isDropped: boolean;
}

/** A packet, from its first row to its last. */
export class Living {
  /** calls by which it goes on */
  calls = 0;
  isDropped = false;
  hasEnded = false;
  /** it was for a tap alone, as its drop says */
  isTaps = false;
  /** TCP keeps it, and sends clones: it has no events */
  isKept = false;
  /** a tap has got it, or what it is cloned from, and nobody else since */
  isInTap = false;
  /** it is dropped as it was sent to another host */
  isOthers = false;
  /** a bridge has a clone or a copy of it */
  isBridged = false;
  /** its drop says that it waited for its receiver, who has left */
  isPurged = false;
  /** of rows of whole ways, which come at a packet's end: what its calls say; null: not known, or such rows do not come */
  way: readonly Step[] | null = null;
  /** of such rows: clones and copies that have not ended */
  openCopies = 0;
  /** if it is a clone or a copy: its parent, and the parent's calls before; null: not one, or that is unknown */
  copy: { readonly parent: Living; readonly calls: number } | null = null;
  generation = 0;
  /** the part of another packet that it has */
  share: Share | null = null;
  /** itself as the parent of segments or fragments */
  divided: Divided | null = null;
  /** packets whose data it has taken */
  merged = 0;
  /** the parts that these packets had */
  readonly taken: Share[] = [];
}

/** Remembers the packets in flight as far as it matters to a drop what their relatives are and do. */
export class Lineage {
  readonly #living = new Map<number, Living>();
  #ended: number[] = [];

  constructor(private readonly readers: FateReaders) {}

  /** Takes rows, before the packets that end with them are asked for. */
  take({ rows, count, rowSize }: Batch): void {
    for (const number of this.#ended) this.#living.delete(number);
    this.#ended = [];
    // Rows of the same packet often come one after another.
    let last = 0;
    let living: Living | undefined;
    for (let at = 0; at < count * rowSize; at += rowSize) {
      const number = packet(rows, at);
      if (number !== last || living === undefined) living = this.#living.get(number);
      last = number;
      if (isRelation(rows, at)) this.#relate((living ??= this.#add(number)), rows, at);
      else if (!isHidden(rows, at)) this.#note((living ??= this.#add(number)), rows, at);
      if (living !== undefined && isLast(rows, at)) {
        living.hasEnded = true;
        if (living.copy !== null) living.copy.parent.openCopies--;
        this.#ended.push(number);
      }
    }
    forgetOldest(this.#living, MOST, (number) => this.#forget(number));
  }

  /** The packet of these events. */
  of({ rows }: PacketEvents): Living {
    return this.#living.get(packet(rows, 0)) ?? new Living();
  }

  /**
   * False if the data of a dropped packet went on in a relative, true if not, null if that is not known yet.
   * `isOver`: no more rows come.
   *
   * A clone or copy went on in its parent. A tap's goes nowhere else: its parent has to go on, no more. Any
   * other one may have been the way to another receiver: its parent has to end otherwise than by a drop.
   * A bridge with a tap is promiscuous: it sends on a clone, and what was cloned goes up as another host's.
   */
  isLost(living: Living, isOver: boolean): boolean | null {
    if (living.isOthers && living.isBridged) return false;
    if (living.isOthers && living.way !== null && living.openCopies > 0 && !isOver) return null;
    const isTaps = living.isTaps || (living.isPurged && wasInTap(living));
    let waits = false;
    for (let { copy } = living; copy !== null; { copy } = copy.parent) {
      const { parent: from, calls } = copy;
      const isSafe = isTaps || (!from.isDropped && (from.hasEnded || isOver));
      if (from.calls > calls && isSafe) return false;
      waits ||= !from.hasEnded;
    }
    return waits && !isOver ? null : true;
  }

  /** What a packet is that is shown as dropped; the parts that it has count as dropped from now on. */
  kinOf({ share, taken, merged }: Living, { rows, rowSize, size }: PacketEvents): DropKin {
    const last = (size - 1) * rowSize;
    for (const each of share === null ? taken : [share, ...taken]) {
      if (!each.isDropped) each.divided.dropped++;
      each.isDropped = true;
    }
    return {
      relation: relation(rows, last),
      parent: parent(rows, last),
      divided: share?.divided ?? null,
      part: share?.part ?? 0,
      droppedParts: share?.divided.dropped ?? 0,
      merged,
    };
  }

  #add(number: number): Living {
    const living = new Living();
    this.#living.set(number, living);
    return living;
  }

  #at(number: number): Living {
    return this.#living.get(number) ?? this.#add(number);
  }

  #note(living: Living, rows: DataView, at: number): void {
    if (isDrop(rows, at)) {
      const drop = this.readers.dropStep(rows, at);
      if (drop === null) return;
      living.isDropped = true;
      living.isPurged ||= drop.isPurged;
      living.isTaps ||= drop.isTaps || (drop.isPurged && living.isInTap);
      living.isOthers ||= drop.isOthers;
      return;
    }
    if (isWay(rows, at)) {
      noteWay(living, this.readers.way(rows, at), wayCalls(rows, at));
      return;
    }
    const step = this.readers.step(rows, at);
    if (step === null) return;
    if (step.goesOn) living.calls++;
    living.isInTap = step.isTaps || (living.isInTap && !step.goesOn);
    if (step.isBridged && living.copy !== null) living.copy.parent.isBridged = true;
  }

  /** What becomes of it is not known: as if it were dropped. */
  #forget(number: number): void {
    const living = this.#at(number);
    living.isDropped = living.hasEnded = true;
  }

  #relate(child: Living, rows: DataView, at: number): void {
    const number = parent(rows, at);
    const kind = relation(rows, at);
    switch (kind) {
      case 'clone':
      case 'copy':
        if (saysCalls(rows, at)) this.#copy(child, this.#at(number), callsBefore(rows, at));
        else this.#copy(child, this.#living.get(number), null);
        break;
      case 'rebuilt':
        child.share = this.#living.get(number)?.share ?? null;
        break;
      case 'segment':
      case 'fragment':
        child.share = shareOf(this.#at(number), number, kind, {
          part: part(rows, at),
          of: ofParts(rows, at),
        });
        break;
      case 'gro':
      case 'coalesced':
        merge(child, this.#living.get(number));
        break;
      case 'shifted':
        child.merged++;
        child.isKept = true;
        break;
      case 'split':
        child.isKept = true;
        break;
      default:
    }
  }

  /**
   * Nobody would see a parent go on that is kept, or not known: what TCP keeps, as a rule. `calls`: how many it has
   * had, if there are rows of whole ways; null: as many as there were rows of.
   */
  #copy(child: Living, from: Living | undefined, calls: number | null): void {
    if (from === undefined) return;
    child.share = from.share;
    if (from.isKept || from.generation >= MOST_GENERATIONS) return;
    child.copy = { parent: from, calls: calls ?? from.calls };
    from.openCopies++;
    child.generation = from.generation + 1;
    child.isInTap = from.isInTap;
  }
}

/** A call goes on by its place on the way; of `calls` those that were not kept are taken to go on. */
function noteWay(living: Living, way: readonly Step[] | null, calls: number): void {
  if (way === null) return;
  living.way = way;
  living.calls = calls > way.length ? calls : way.findLastIndex(({ goesOn }) => goesOn) + 1;
  if (living.copy !== null && way.some(({ isBridged }) => isBridged)) living.copy.parent.isBridged = true;
}

/** As Living.isInTap, after so many calls of a packet of which there is the whole way. */
function wasInTap({ way, copy }: Living, calls = Infinity): boolean {
  const last = way?.slice(0, calls).findLast(({ isTaps, goesOn }) => isTaps || goesOn);
  return last?.isTaps ?? (way !== null && copy !== null && wasInTap(copy.parent, copy.calls));
}

/**
 * The share of a new part. The packet whose fragments lie ready becomes the first one itself, and each one
 * after it is made from the one before: all of them are fragments of the first one.
 */
function shareOf(
  from: Living,
  number: number,
  kind: Divided['relation'],
  { part: position, of: total }: { readonly part: number; readonly of: number },
): Share {
  if (kind === 'fragment' && from.share?.divided.relation === kind)
    return { divided: from.share.divided, part: 0, isDropped: false };
  if (from.divided?.relation !== kind) from.divided = { number, relation: kind, total, dropped: 0 };
  return { divided: from.divided, part: position, isDropped: false };
}

/** `into` takes all of the other packet's data. */
function merge(into: Living, from: Living | undefined): void {
  into.merged += 1 + (from?.merged ?? 0);
  if (from !== undefined) into.taken.push(...(from.share === null ? [] : [from.share]), ...from.taken);
}
