// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ColumnContext } from './column.js';
import { dropReader } from './drop.js';
import { DroppedPackets } from './dropped-packets.js';
import { fateReaders } from './fates.js';
import { Lineage } from './lineage.js';
import type { PacketEvents } from './packet-events.js';

/**
 * The packets that --drops shows; `follows`: relatives of packets are followed. `others`: called for each other
 * packet at its end.
 */
export const droppedPackets = (
  context: ColumnContext,
  follows: boolean,
  others?: (events: PacketEvents) => void,
): DroppedPackets =>
  new DroppedPackets(dropReader(context), follows ? new Lineage(fateReaders(context)) : null, others);
