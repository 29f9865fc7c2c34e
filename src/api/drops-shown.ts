// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ColumnContext } from '../core/column.js';
import { dropOf, dropReader } from '../core/drop.js';
import { DroppedPackets } from '../core/dropped-packets.js';
import type { PacketEvents } from '../core/packet-events.js';
import { timeNs, type RowReader } from '../core/row.js';
import type { PacketDrop } from './types.js';

/** Shows a script with the option `drops` only dropped packets. */
export class DropsShown {
  readonly packets: DroppedPackets;
  /** reads the drop from a row that reports one */
  readonly dropOf: RowReader<PacketDrop>;

  constructor(context: ColumnContext) {
    const read = dropOf(context);
    this.packets = new DroppedPackets(dropReader(context));
    this.dropOf = (rows, at) => ({ timestamp: timeNs(rows, at), ...read(rows, at) });
  }

  /** Number of a packet's events that are shown. */
  count(events: PacketEvents): number {
    const { calls, drops } = this.packets.split(events);
    return calls.length + drops.length;
  }
}
