// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ColumnContext } from '../core/column.js';
import { dropOf } from '../core/drop.js';
import { dropRelatives, type DropKin } from '../core/drop-kin.js';
import type { DroppedPackets } from '../core/dropped-packets.js';
import { droppedPackets } from '../core/dropped.js';
import type { PacketEvents } from '../core/packet-events.js';
import { timeNs } from '../core/row.js';
import type { PacketDrop } from './types.js';

/** Shows a script with the option `drops` only dropped packets. */
export class DropsShown {
  readonly packets: DroppedPackets;
  /** reads the drop from a row that reports one; `kin`: DroppedPacket.kin */
  readonly dropOf: (rows: DataView, at: number, kin: DropKin | null) => PacketDrop;

  /** `follows`: relatives of packets are followed */
  constructor(context: ColumnContext, follows: boolean) {
    const read = dropOf(context);
    this.packets = droppedPackets(context, follows);
    this.dropOf = (rows, at, kin) => ({
      ...{ timestamp: timeNs(rows, at), ...read(rows, at) },
      ...dropRelatives(kin),
    });
  }

  /** Number of a packet's events that are shown. */
  count(events: PacketEvents): number {
    const { calls, drops } = this.packets.split(events);
    return calls.length + drops.length;
  }
}
