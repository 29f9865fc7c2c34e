import type { Column } from '../core/column.js';
import { memoizePacket } from '../core/memo.js';
import { skbAddress } from '../core/row.js';

/** Which packet: the skb's address, in hex. */
export const packetId: Column = {
  id: 'packet-id',
  key: 'packet_id',
  header: 'PACKET',
  width: 18,
  bind: () => ({
    text: memoizePacket((rows, at) => `0x${skbAddress(rows, at).toString(16)}`),
    json: (prefix) => memoizePacket((rows, at) => `${prefix}"0x${skbAddress(rows, at).toString(16)}"`),
  }),
};
