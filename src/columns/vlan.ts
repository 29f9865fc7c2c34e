// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import type { Column } from '../core/column.js';
import { integerOrNothing, numberReader } from '../core/value.js';

const TCI: Read = { kind: 'path', paths: ['skb->vlan_tci'] };
/** Before Linux 6.3 a bit says whether there is a tag, later the tag's members do. */
const PRESENT: Read = { kind: 'path', paths: ['skb->vlan_present', 'skb->vlan_all'] };
const ID = 0xfffn;

/** VLAN id of a tag that is kept in the skb; tags in the packet's bytes are ignored. */
export const vlan: Column = {
  id: 'vlan',
  description: 'id of the VLAN tag that is kept in the skb',
  key: 'vlan',
  header: 'vlan',
  width: 0,
  reads: [TCI, PRESENT],
  bind: (context) => {
    const [tci, present] = [numberReader(context.captured(TCI)), numberReader(context.captured(PRESENT))];
    return integerOrNothing((rows, at) => (present(rows, at) === 0n ? null : tci(rows, at) & ID));
  },
};
