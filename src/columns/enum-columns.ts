// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Column } from '../core/column.js';
import { formattedColumn } from '../core/path-column.js';

/** Protocols as tc and ip name them; numbers from include/uapi/linux/if_ether.h. */
const PROTOCOLS: Readonly<Partial<Record<number, string>>> = {
  0x0800: 'ip',
  0x0806: 'arp',
  0x6558: 'teb',
  0x8035: 'rarp',
  0x8100: '802.1Q',
  0x86dd: 'ipv6',
  0x8847: 'mpls_uc',
  0x8848: 'mpls_mc',
  0x8863: 'ppp_disc',
  0x8864: 'ppp_ses',
  0x88a8: '802.1ad',
  0x88cc: 'lldp',
  0x88e5: 'macsec',
};

/** For people the name, or hex if there is none; a number in JSON. */
export const protocol = formattedColumn({ id: 'protocol', key: 'protocol' }, 'skb->protocol', {
  text: (value) => PROTOCOLS[value] ?? `0x${value.toString(16).padStart(4, '0')}`,
  value: (value) => value,
});

/** Shows the names of macros in lower case; the number if there is no name. */
function namedColumn(names: Parameters<typeof formattedColumn>[0], path: string, values: string): Column {
  const known = values.split(' ');
  const name = (value: number): string => known[value] ?? String(value);
  return formattedColumn(names, path, { text: name, value: name });
}

/** PACKET_* of include/uapi/linux/if_packet.h. */
export const pktType = namedColumn(
  { id: 'pkt-type', key: 'pkt_type' },
  'skb->pkt_type',
  'host broadcast multicast otherhost outgoing loopback user kernel',
);

/** CHECKSUM_* of include/linux/skbuff.h. */
export const ipSummed = namedColumn(
  { id: 'ip-summed', key: 'ip_summed' },
  'skb->ip_summed',
  'none unnecessary complete partial',
);
