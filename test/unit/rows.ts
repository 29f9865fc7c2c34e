import { ROW, ROW_SIZE } from '../../src/core/abi.js';
import type { ColumnContext } from '../../src/core/column.js';
import { UNKNOWN_FUNCTION } from '../../src/core/row.js';

export interface Event {
  time?: bigint;
  skb?: bigint;
  address?: bigint;
  len?: number;
  gsoType?: number;
  gsoSize?: number;
  gsoSegs?: number;
  mark?: number;
  function?: number;
  cpu?: number;
}

export { UNKNOWN_FUNCTION };

/** Packs events as the addon does. */
export function pack(events: readonly Event[]): DataView {
  const rows = new DataView(new ArrayBuffer(events.length * ROW_SIZE));
  events.forEach((event, index) => {
    const at = index * ROW_SIZE;
    rows.setBigUint64(at + ROW.time_ns, event.time ?? 0n, true);
    rows.setBigUint64(at + ROW.skb, event.skb ?? 0xffff888003211000n, true);
    rows.setBigUint64(at + ROW.function_address, event.address ?? 0n, true);
    rows.setUint32(at + ROW.len, event.len ?? 0, true);
    rows.setUint32(at + ROW.gso_type, event.gsoType ?? 0, true);
    rows.setUint16(at + ROW.gso_size, event.gsoSize ?? 0, true);
    rows.setUint16(at + ROW.gso_segs, event.gsoSegs ?? 0, true);
    rows.setUint32(at + ROW.mark, event.mark ?? 0, true);
    rows.setUint32(at + ROW.function, event.function ?? 0, true);
    rows.setUint32(at + ROW.cpu, event.cpu ?? 0, true);
  });
  return rows;
}

/** Functions 0 to 4 of a small kernel. */
export const CONTEXT: ColumnContext = {
  names: [
    'selinux_ipv4_output',
    'ip_output',
    'nft_do_chain',
    'a_function_name_of_more_than_32_characters',
    'odd"\\\u0001é',
  ],
  modules: ['vmlinux', 'vmlinux', 'nf_tables', 'vmlinux', 'odd"module'],
  enumMembers: (enumerator) =>
    enumerator === 'SKB_GSO_TCPV4'
      ? {
          names: ['SKB_GSO_TCPV4', 'SKB_GSO_DODGY', 'SKB_GSO_IPXIP6', 'SKB_GSO_TOP'],
          values: [1, 2, 1024, 0x80000000 | 0],
        }
      : null,
};
