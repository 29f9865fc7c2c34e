/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Where a followed packet is: its network namespace, and whether it still has the mark. Whether a packet has
 * crossed into another namespace shows only in the namespace of skb->dev: skb_scrub_packet() is called
 * without a crossing, and crossings happen without it. */
#ifndef IPFT_PLACE_H
#define IPFT_PLACE_H

#include "body.h"
#include "skb_state.h"

/* Namespaces of devices, by the device's address: in the upper half a hash of device and time, in the lower
 * half the inode, 0 for what is no device. Reading these takes five reads, so what was read holds for about a
 * millisecond; a device cannot be moved to another namespace and be used there in less. */
#define DEVICES 256
#define DEVICE_SHIFT 20 /* of ns */
volatile __u64 device_namespaces[DEVICES] = {};

/* Inode of a device's namespace; 0: it is no device. */
static __always_inline __u32 namespace_of_device(__u64 address, __u64 time_ns) {
  const struct net_device *dev = (const void *)address;
  __u64 hash;
  volatile __u64 *known;
  __u32 inode;

  if ((__s64)address >= 0) /* no kernel address */
    return 0;
  hash = address * 0x9e3779b97f4a7c15ULL + (time_ns >> DEVICE_SHIFT) * 0xff51afd7ed558ccdULL;
  known = &device_namespaces[(address >> 5 ^ address >> 12) & (DEVICES - 1)];
  if ((*known ^ hash) >> 32 == 0)
    return *known;
  inode = is_device(dev) ? BPF_CORE_READ(dev, nd_net.net, ns.inum) : 0;
  *known = (hash & ~0xffffffffULL) | inode;
  return inode;
}

static __always_inline __u32 namespace_of(const struct sk_buff *skb, __u64 time_ns) {
  return namespace_of_device((__u64)read_pointer(skb, dev), time_ns);
}

/* The namespace of the skb's socket; NULL: it has none. During IP's reassembly a number is in a union with
 * the socket, which is no address. */
static __always_inline const struct net *net_of_socket(const struct sk_buff *skb) {
  const struct sock *sk = BPF_CORE_READ(skb, sk);

  return (__s64)sk < 0 ? BPF_CORE_READ(sk, __sk_common.skc_net.net) : NULL;
}

/* Inode of that namespace; 0: there is none. */
static __always_inline __u32 namespace_of_socket(const struct sk_buff *skb) {
  const struct net *net = net_of_socket(skb);

  return net ? BPF_CORE_READ(net, ns.inum) : 0;
}

/* Address of the namespace of the skb's device, or else of its socket; 0: it has neither. */
static __always_inline __u64 net_of(const struct sk_buff *skb) {
  const struct net_device *dev = BPF_CORE_READ(skb, dev);

  return (__u64)((__s64)dev < 0 && is_device(dev) ? BPF_CORE_READ(dev, nd_net.net) : net_of_socket(skb));
}

static __always_inline __u16 place_in(__u32 inode) {
  return (__u16)inode ? inode : 1;
}

/* Where a packet is at its first call: what is sent may have no device yet, but has a socket. */
static __noinline int settle(struct lived *known, const struct sk_buff *skb, __u64 time_ns) {
  __u32 inode = namespace_of(skb, time_ns);

  if (inode == 0)
    inode = namespace_of_socket(skb);
  if (inode != 0)
    known->place = place_in(inode);
  return 0;
}

/* A packet that has come to another device. Returns enum moved. */
static __noinline int arrive(struct lived *known, __u64 device, __u64 time_ns) {
  __u32 inode = namespace_of_device(device, time_ns);
  __u16 place = place_in(inode), before = known->place;

  known->device = device;
  if (inode == 0 || before == place)
    return 0;
  known->place = place;
  return before == 0 ? 0 : MOVED_NAMESPACE;
}

/* What LIVED_UNMARKED is for a packet with this mark. */
static __always_inline __u8 unmarked(__u32 mark) {
  return is_wanted_mark(mark) ? 0 : LIVED_UNMARKED;
}

/* True if watch() has to look at a call. */
static __always_inline bool changes(const struct lived *known, __u64 skb, __u32 mark) {
  return (known->flags & LIVED_UNMARKED) != unmarked(mark) ||
         known->device != (__u64)read_pointer((const struct sk_buff *)skb, dev);
}

/* For a call with a followed packet. Returns enum moved: where the packet is, compared with its last call.
 * Its device does not come into another namespace while the packet is there: before, the kernel takes the
 * device out of service and waits for its packets. */
static __always_inline int watch(struct lived *known, const struct sk_buff *skb, __u32 mark, __u64 time_ns) {
  __u64 device = (__u64)read_pointer(skb, dev);
  __u8 now = unmarked(mark);
  int moved = 0;

  if ((known->flags & LIVED_UNMARKED) != now) {
    known->flags ^= LIVED_UNMARKED;
    moved = now ? MOVED_MARK : 0;
  }
  return known->device == device ? moved : moved | arrive(known, device, time_ns);
}

#endif
