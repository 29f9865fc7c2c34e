/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Decides whether an skb holds its own packet yet. Before, its memory has remains of an earlier packet, or
 * the kernel stores something else in a union with the mark, and the headers have not been written. */
#ifndef IPFT_SKB_STATE_H
#define IPFT_SKB_STATE_H

#include "body.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Value of mac_header while it is not set (skb_mac_header_was_set()). */
#define NO_MAC_HEADER 0xffff
#define ETHERNET_HEADER 14

/* skb->dev is in a union with other members. A device is recognized by its own transmit
 * queues, which point back to it. */
static __always_inline bool is_device(const struct net_device *dev) {
  return dev && BPF_CORE_READ(dev, _tx, dev) == dev;
}

static __always_inline bool has_device(const struct sk_buff *skb) {
  return is_device(BPF_CORE_READ(skb, dev));
}

/* True if mac_header is set. */
static __always_inline bool is_mac_header(__u16 mac_header) {
  return mac_header != 0 && mac_header != NO_MAC_HEADER;
}

static __always_inline bool has_route(const struct sk_buff *skb) {
  return BPF_CORE_READ(skb, network_header) != 0 && BPF_CORE_READ(skb, _skb_refdst) != 0;
}

/* True if skb->mark is the packet's own mark: the packet has come from a device or goes to one, or has a
 * route and an IP header. The kernel sets the mark where it sets the route (__ip_make_skb, ip_queue_xmit,
 * ip6_xmit, raw_send_hdrinc). TCP's queued skbs, whose clones are sent, have no header, and something else in
 * a union with the route. */
static __always_inline bool has_own_mark(const struct sk_buff *skb) {
  const struct sk_buff *typed;

  if (SETTING(skb_type) != 0) {
    typed = typed_skb(skb);
    return is_mac_header(typed->mac_header) || (typed->network_header != 0 && typed->_skb_refdst != 0) ||
           (typed->dev && typed->dev->_tx->dev == typed->dev);
  }
  return is_mac_header(BPF_CORE_READ(skb, mac_header)) || has_route(skb) || has_device(skb);
}

/* Returns where the packet starts, as an offset from skb->head, and in the upper half the distance from there
 * to the network header: as set in the skb or, if the network header is not set yet, after an Ethernet
 * header. Returns 0 while the headers have not been written. Over IPv4, skb->protocol is set when the packet
 * is passed on, in __ip_local_out, after UDP has written its header, too. Over IPv6, and for fragments, it is
 * set earlier: settings.unwritten has the functions that are called in between. */
static __always_inline __u64 packet_start(const struct sk_buff *skb) {
  struct {
    __u16 network, mac; /* adjacent in the skb, which src/plan/skb-layout.ts checks */
  } header = {};

  if (bpf_core_read(&header, sizeof(header), &skb->network_header) != 0)
    return 0;
  if (is_mac_header(header.mac))
    return header.network ? header.network : header.mac | (__u64)ETHERNET_HEADER << 32;
  if (header.network == 0 || BPF_CORE_READ(skb, protocol) == 0)
    return 0;
  return BPF_CORE_READ(skb, _skb_refdst) != 0 || has_device(skb) ? header.network : 0;
}

#endif
