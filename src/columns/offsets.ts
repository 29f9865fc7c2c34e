// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Captured, Read } from '../core/reads.js';
import type { Column } from '../core/column.js';
import type { RowReader } from '../core/row.js';
import { integerOrNothing, numberReader } from '../core/value.js';

type Reader = RowReader<bigint>;

const path = (name: string): Read => ({ kind: 'path', paths: [name] });
const HEAD = path('skb->head');
const DATA = path('skb->data');
/** Values of a header offset that was not set; the network header's is initially 0. */
const NOT_SET: readonly bigint[] = [0n, 0xffffn];

/** A column computed from skb->head, skb->data and one more member. */
function offsetColumn(
  [id, key, description]: readonly [string, string, string],
  member: string | null,
  compute: (head: bigint, data: bigint, value: bigint) => bigint | null,
): Column {
  const reads = [HEAD, DATA, ...(member === null ? [] : [path(member)])];
  return {
    id,
    key,
    description,
    header: key,
    width: 0,
    reads,
    bind: (context) => {
      const captured = reads.map((read) => context.captured(read));
      const [first] = captured as [Captured];
      const [head, data, value] = captured.map(numberReader) as [Reader, Reader, Reader?];
      const offset: RowReader<bigint | null> = (rows, at) =>
        first.isAbsent(rows, at) ? null : compute(head(rows, at), data(rows, at), value?.(rows, at) ?? 0n);
      return integerOrNothing(offset);
    },
  };
}

/**
 * Like skb_mac_offset(): offset of a header from the start of the data, negative if it lies before the data.
 */
const fromData = (head: bigint, data: bigint, header: bigint): bigint | null =>
  NOT_SET.includes(header) ? null : head + header - data;

/** skb_headroom(), bytes. */
export const headroom = offsetColumn(
  ['headroom', 'headroom', 'bytes in front of the data'],
  null,
  (head, data) => data - head,
);
export const macOffset = offsetColumn(
  ['mac-offset', 'mac_offset', 'from the start of the data to the MAC header, bytes'],
  'skb->mac_header',
  fromData,
);
export const networkOffset = offsetColumn(
  ['network-offset', 'network_offset', 'from the start of the data to the network header, bytes'],
  'skb->network_header',
  fromData,
);
export const transportOffset = offsetColumn(
  ['transport-offset', 'transport_offset', 'from the start of the data to the transport header, bytes'],
  'skb->transport_header',
  fromData,
);
