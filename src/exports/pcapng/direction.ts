// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Snap } from '../../core/packet-bytes.js';

/** epb_flags: the direction, and what was received. */
const INBOUND = 1;
const OUTBOUND = 2;
const RECEPTION: Readonly<Record<number, number>> = {
  0: 1 << 2, // PACKET_HOST: unicast
  1: 3 << 2, // PACKET_BROADCAST
  2: 2 << 2, // PACKET_MULTICAST
  3: 4 << 2, // PACKET_OTHERHOST: promiscuous
};
/** PACKET_OUTGOING: a copy for a tap of what is sent */
const OUTGOING = 4;

/**
 * The direction as far as it is known. What is sent has no MAC header yet, or its data begin with it; what was
 * received has it before its data, until it is forwarded by another device than the one that has received it.
 */
export function flagsOf({ mac, data, type, iif, ifindex }: Snap): number {
  if (type === OUTGOING) return OUTBOUND;
  if (mac === null) return iif === 0 ? OUTBOUND : 0;
  if (data === mac) return OUTBOUND;
  if (iif !== 0 && ifindex !== 0 && iif !== ifindex) return OUTBOUND;
  return INBOUND | (RECEPTION[type] ?? 0);
}
