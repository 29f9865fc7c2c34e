// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { AUTO } from '../kernel/kernel.js';

/** Of a packet's way, from its making to its end: the same for every trace, so that each shows every packet. */
const ALWAYS = [
  ...['ip_output', 'ip6_output', 'dev_hard_start_xmit', 'veth_xmit', 'ip_rcv', 'ipv6_rcv', 'consume_skb'],
  // which are probed whatever is selected
  ...['skb_release_head_state', 'kfree_skbmem', 'napi_skb_cache_put', 'skb_attempt_defer_free'],
];

/** What else can show one, or may have memory of another one in its hands. */
const FURTHER = [
  // making
  ...[
    '__build_skb_around',
    'skb_put',
    'skb_set_owner_w',
    'ip_generic_getfrag',
    'ip_setup_cork',
    '__ip_local_out',
  ],
  ...['ip_send_skb', 'ip6_send_skb', 'udp_send_skb', 'udp_v6_send_skb', 'ip_local_out', 'ip6_local_out'],
  ...['__tcp_transmit_skb', '__ip_queue_xmit', 'ip6_xmit', 'tcp_v4_send_check', '__tcp_v4_send_check'],
  ...[
    'skb_clone',
    '__skb_clone',
    '__copy_skb_header',
    'tcp_add_backlog',
    'tcp_rate_skb_sent',
    'skb_push',
    'skb_pull',
  ],
  // sending
  ...['ip_finish_output', 'ip_finish_output2', 'ip6_finish_output2', '__dev_queue_xmit', 'validate_xmit_skb'],
  ...['packet_direct_xmit', 'netif_skb_features', 'skb_checksum_help', 'skb_network_protocol', 'sock_wfree'],
  // cutting and putting together
  ...['ip_do_fragment', 'ip_fragment', 'ip_frag_next', 'ip_copy_metadata', 'ip6_fragment', 'ip6_frag_next'],
  ...['ip6_copy_metadata', 'ip_defrag', 'inet_frag_queue_insert', 'inet_frag_reasm_prepare', 'skb_morph'],
  ...[
    'inet_frag_reasm_finish',
    'skb_segment',
    'skb_split',
    'skb_try_coalesce',
    '__skb_gso_segment',
    '__udp_gso_segment',
  ],
  // receiving
  ...[
    'netif_rx',
    'netif_rx_internal',
    'enqueue_to_backlog',
    '__netif_receive_skb',
    'tpacket_rcv',
    'packet_rcv',
  ],
  ...[
    'ip_local_deliver',
    'ip6_input',
    'udp_rcv',
    'udpv6_rcv',
    'udp_queue_rcv_skb',
    '__udp_enqueue_schedule_skb',
  ],
  ...[
    'tcp_v4_rcv',
    'tcp_v6_rcv',
    'tcp_v4_do_rcv',
    'tcp_v6_do_rcv',
    'tcp_ack',
    'tcp_queue_rcv',
    'tcp_data_queue',
  ],
  ...[
    'icmp_rcv',
    'icmpv6_rcv',
    'icmp_echo',
    'icmpv6_echo_reply',
    '__icmp_send',
    'icmp6_send',
    'raw_rcv',
    'rawv6_rcv',
  ],
  ...['ping_rcv', 'tcp_v4_send_reset', 'tcp_v6_send_reset', 'sk_filter_trim_cap', 'skb_consume_udp'],
  // freeing
  ...['kfree_skb', 'kfree_skb_reason', 'sk_skb_reason_drop', '__kfree_skb', 'skb_release_data'],
  ...['__consume_stateless_skb', 'sock_rfree', 'skb_free_head'],
];

/** Of FURTHER each trace has so many, others than the one before it, so that ten traces have them all: attaching one takes kernels without FPROBE long. */
const SHARE = 11;

/** Where attaching all functions is quick, one in so many traces has them all: one with `not`, which bytes of whatever kind may match. */
const WHOLE = 20;

/** What trace number `place` selects. */
export function selectionOf(place: number): string[] {
  if (AUTO.endsWith('-multi') && place % WHOLE === 1) return [];
  const share = Array.from({ length: SHARE }, (_, i) => FURTHER[(place * SHARE + i) % FURTHER.length]);
  return ['-r', `^(${[...ALWAYS, ...share].join('|')})$`];
}
