/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Whether an skb is a packet on its way yet. Before that its memory holds what an earlier packet has left
 * there, or what the kernel keeps in the place of the mark meanwhile, and nobody has written its headers. */
#ifndef IPFT_PLACE_H
#define IPFT_PLACE_H

#include "kernel.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* skb_mac_header_was_set(): what mac_header is as long as there is none. */
#define NO_MAC_HEADER 0xffff
#define ETHERNET_HEADER 14

/* In the place of skb->dev the kernel keeps other things, too: a device is the one that its own transmit
 * queues belong to. */
static __always_inline bool has_device(const struct sk_buff *skb) {
  const struct net_device *dev = BPF_CORE_READ(skb, dev);

  return dev && BPF_CORE_READ(dev, _tx, dev) == dev;
}

/* Whether mac_header is set. */
static __always_inline bool is_mac_header(__u16 mac_header) {
  return mac_header != 0 && mac_header != NO_MAC_HEADER;
}

static __always_inline bool has_route(const struct sk_buff *skb) {
  return BPF_CORE_READ(skb, network_header) != 0 && BPF_CORE_READ(skb, _skb_refdst) != 0;
}

/* Whether its mark is one: it has come from a device or to one, or it has a route and the header of IP. The
 * kernel sets the mark where it sets the route (__ip_make_skb, ip_queue_xmit, ip6_xmit, raw_send_hdrinc).
 * TCP's own skbs, whose clones are sent, have no header, and something else in the place of the route. */
static __always_inline bool is_on_its_way(const struct sk_buff *skb) {
  return is_mac_header(BPF_CORE_READ(skb, mac_header)) || has_route(skb) || has_device(skb);
}

/* Where the packet starts, as an offset from skb->head, and in the upper half how far behind it the network
 * header is: where the skb says or, where nothing has set that yet, behind an Ethernet header. 0 as long as
 * its headers are not written. Over IPv4 skb->protocol is set where the packet is handed on, in
 * __ip_local_out, when UDP has written its own header, too. Over IPv6, and for fragments, it is set before:
 * settings.unwritten has the functions that are called meanwhile. */
static __always_inline __u64 packet_start(const struct sk_buff *skb) {
  struct {
    __u16 network, mac; /* neighbours in the skb: src/plan/skb-layout.ts sees to that */
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
