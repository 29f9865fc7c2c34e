/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Reads from an skb what GSO needs to be right about. */
#ifndef IPFT_GEOMETRY_H
#define IPFT_GEOMETRY_H

#include "body.h"
#include "optional.h"
#include "skb_state.h"

/* Leaves 0 where the bytes cannot be read. */
static __always_inline void put_header(__u8 *to, const unsigned char *head, __u16 offset) {
  bpf_probe_read_kernel(to, IPFT_HEADER, head + offset);
}

static __noinline int put_device(const struct sk_buff *skb, struct ipft_geometry *to) {
  const struct net_device *dev = BPF_CORE_READ(skb, dev);

  if (!is_device(dev))
    return 0;
  bpf_core_read(&to->mtu, sizeof(to->mtu), &dev->mtu);
  bpf_core_read(&to->features, sizeof(to->features), &dev->features);
  bpf_core_read(to->ifname, sizeof(to->ifname), &dev->name);
  return 0;
}

/* Functions of their own, so that they have stack frames of their own. */
OPTIONAL int ipft_put_geometry(const struct sk_buff *skb, struct ipft_geometry *to) {
  const unsigned char *head = BPF_CORE_READ(skb, head);

  __builtin_memset(to, 0, sizeof(*to));
  to->start = BPF_CORE_READ(skb, data) - head;
  bpf_core_read(&to->tail, sizeof(to->tail), &skb->tail);
  bpf_core_read(&to->protocol, sizeof(to->protocol), &skb->protocol);
  bpf_core_read(&to->mac_header, sizeof(to->mac_header), &skb->mac_header);
  bpf_core_read(&to->network_header, sizeof(to->network_header), &skb->network_header);
  bpf_core_read(&to->transport_header, sizeof(to->transport_header), &skb->transport_header);
  bpf_core_read(&to->inner_network_header, sizeof(to->inner_network_header), &skb->inner_network_header);
  bpf_core_read(&to->inner_transport_header, sizeof(to->inner_transport_header),
                &skb->inner_transport_header);
  bpf_core_read(&to->csum_start, sizeof(to->csum_start), &skb->csum_start);
  bpf_core_read(&to->csum_offset, sizeof(to->csum_offset), &skb->csum_offset);
  to->ip_summed = BPF_CORE_READ_BITFIELD_PROBED(skb, ip_summed);
  to->encapsulation = BPF_CORE_READ_BITFIELD_PROBED(skb, encapsulation);
  put_header(to->network, head, to->network_header);
  put_header(to->transport, head, to->transport_header);
  put_header(to->inner_network, head, to->inner_network_header);
  put_header(to->inner_transport, head, to->inner_transport_header);
  put_device(skb, to);
  return 0;
}

#endif
