// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ColumnContext } from './column.js';
import { dropReader } from './drop.js';
import { KnownWays, type KnownWay } from './way-row.js';
import { dropLocation, dropReason, functionIndex, isReturn } from './row.js';

/** What a call says of its packet. */
export interface Step {
  /** the packet goes on */
  readonly goesOn: boolean;
  /** a tap gets it: a packet socket */
  readonly isTaps: boolean;
  /** a bridge has it */
  readonly isBridged: boolean;
}

/** What a drop says of its packet. */
export interface DropStep {
  /** a tap has dropped it */
  readonly isTaps: boolean;
  /** it waited for its receiver, who has left */
  readonly isPurged: boolean;
  /** it was sent to another host, and came here only because a device or bridge is promiscuous */
  readonly isOthers: boolean;
}

/** Readers of rows, for Lineage. */
export interface FateReaders {
  /** what the calls of a whole way say, in order; null: they are not known */
  readonly way: (rows: DataView, at: number) => readonly Step[] | null;
  /** null: a return */
  readonly step: (rows: DataView, at: number) => Step | null;
  /** of a row that isDrop(); null: it reports no drop */
  readonly dropStep: (rows: DataView, at: number) => DropStep | null;
}

/**
 * Names of functions by which a packet does not go on: they free it, wholly or in part, have nothing to do
 * with it any more, or only work on it. A name too many may cost a drop that is shown and is none, one too
 * few a drop that is not shown.
 */
const STAYS =
  /^_*p?skb_|free|consume|release|destruct|destroy|drop|purge|_put$|zerocopy_(callback|complete)|copy_skb_header/;
/** The functions of packet sockets (net/packet/af_packet.c) that get a packet. */
const TAPS = /^t?packet_rcv/;
const BRIDGES = /^_*br_/;
/** Where sockets drop what was not read when they are closed. */
const PURGES = /purge|^packet_/;

const stepOf = (name: string): Step => ({
  goesOn: !STAYS.test(name) && !TAPS.test(name),
  isTaps: TAPS.test(name),
  isBridged: BRIDGES.test(name),
});

/** A function that is not known: in doubt, a drop is shown. */
const UNKNOWN: Step = { goesOn: false, isTaps: false, isBridged: false };

/** The readers for this kernel. */
export function fateReaders(context: ColumnContext): FateReaders {
  const { names } = context;
  const steps: Step[] = [];
  const read = (index: number): Step => {
    const name = names[index];
    return name === undefined ? UNKNOWN : (steps[index] = stepOf(name));
  };
  const isDropRow = dropReader(context);
  const ways = new KnownWays();
  const ofWays = new WeakMap<KnownWay, readonly Step[]>();
  return {
    way: (rows, at) => {
      const known = ways.of(rows, at);
      if (known === undefined) return null;
      const found = ofWays.get(known) ?? Array.from(known.functions, (index) => steps[index] ?? read(index));
      ofWays.set(known, found);
      return found;
    },
    step: (rows, at) => {
      if (isReturn(rows, at)) return null;
      const index = functionIndex(rows, at);
      return steps[index] ?? read(index);
    },
    dropStep: (rows, at) => {
      if (!isDropRow(rows, at)) return null;
      const place = context.symbol(dropLocation(rows, at));
      return {
        isTaps: TAPS.test(place),
        isPurged: PURGES.test(place),
        isOthers: context.dropReason(dropReason(rows, at)) === 'OTHERHOST',
      };
    },
  };
}
