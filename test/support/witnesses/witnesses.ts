// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** The built-in fields, by docs/fields.md's names, in lists by who else tells what they show. */

/** The trace events net_dev_start_xmit and netif_rx_entry print them, or happen before and after. */
export const BY_TRACE_EVENTS = [
  ...[
    'packet_id',
    'processor_id',
    'timestamp',
    'tid',
    'len',
    'data_len',
    'ifname',
    'queue',
    'hash',
    'truesize',
  ],
  ...['nr_frags', 'gso_size', 'gso_segs', 'gso_type'],
] as const;

/** The time that passes between such trace events. */
export const BY_TIME = ['delta', 'age'] as const;
/** Compared with the kernel's own probes of the functions that tie packets together (relations.test.ts). */
export const BY_RELATIONS = ['family', 'parent', 'relation'] as const;

/** A kprobe event of the same call has them, or reads them at offsets that bpftool tells. */
export const BY_KPROBE_EVENTS = [
  ...['packet_id', 'function', 'processor_id', 'tid', 'comm', 'caller', 'stack', 'len', 'data_len', 'mark'],
  ...['priority', 'queue', 'hash', 'truesize', 'iif', 'ifindex', 'ifname', 'netns', 'encapsulation', 'users'],
  ...['cloned', 'mac_header', 'network_header', 'transport_header'],
] as const;

/** /proc, ip, nft and stat tell them of packets whose sender and receiver are known. */
export const BY_SYSTEM = [
  ...[
    'pid',
    'tid',
    'comm',
    'cgroup',
    'processor_id',
    'mark',
    'priority',
    'netns',
    'ifname',
    'ifindex',
    'iif',
  ],
] as const;

/** The number that a datagram carries tells packets apart. */
export const BY_DATAGRAMS = ['packet'] as const;

/** /proc/kallsyms */
export const BY_KALLSYMS = ['module'] as const;

/** A kprobe event of the return has them, or events inside of the call and the system call around it. */
export const BY_RETURNS = ['is_return', 'return_value', 'duration_ns'] as const;

/** The trace event kfree_skb prints the reason, which is the cause where it is one. */
export const BY_DROPS = ['reason', 'cause'] as const;

/** tcpdump prints them, of the same packets. */
export const BY_TCPDUMP = [
  ...['tuple', 'inner_tuple', 'ttl', 'ip_id', 'seq', 'ack', 'pkt_type', 'protocol'],
] as const;

/** A kprobe event of the same call reads them out of the skb's members, at offsets that bpftool tells. */
export const BY_HEADER_PROBES = ['headroom', 'csum'] as const;

/** net_dev_start_xmit and netif_rx_entry, trace events of the kernel, print them. */
export const BY_HEADER_EVENTS = [
  ...['protocol', 'ip_summed', 'vlan', 'mac_offset', 'network_offset', 'transport_offset'],
] as const;

/** nft monitor trace tells which rules a packet has met. */
export const BY_NFT_MONITOR = ['nft'] as const;
