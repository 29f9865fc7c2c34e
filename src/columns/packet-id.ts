// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, between, type Cell, type Column } from '../core/column.js';
import { remembered } from '../core/memo.js';
import { ROW } from '../core/abi.js';
import { longsAt, madeOf } from '../core/source.js';

const address: Cell = madeOf(longsAt(ROW.skb), (rows, at, text) => text.hex64(rows, at + ROW.skb));

/** The skb's address in hex. */
export const packetId: Column = {
  id: 'packet-id',
  description: "the skb's address",
  key: 'packet_id',
  header: 'PACKET',
  width: 18,
  bind: () => {
    const text = remembered((skb: bigint) => `0x${skb.toString(16)}`);
    return {
      value: (rows, at) => text(rows.getBigUint64(at + ROW.skb, true)),
      text: prefixed('0x', address),
      json: (prefix) => between(`${prefix}"0x`, address, '"'),
    };
  },
};
