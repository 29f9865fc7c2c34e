/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Counts packets that XDP loses, by device and cause. No skb is made of most of them, so they are nobody's
 * events; what a program drops by XDP_DROP no tracepoint tells. */
#include "kernel.h"
#include "ipft.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, IPFT_XDP_DROPS);
  __type(key, struct ipft_xdp_cause);
  __type(value, struct ipft_xdp_drops);
} xdp_drops SEC(".maps");

static __always_inline bool add(const struct ipft_xdp_cause *cause, __u64 packets) {
  struct ipft_xdp_drops *drops = bpf_map_lookup_elem(&xdp_drops, cause);

  if (drops)
    __sync_fetch_and_add(&drops->packets, packets);
  return drops;
}

static __noinline int count(const struct net_device *dev, __u32 tracepoint, __s32 value, __u64 packets) {
  struct ipft_xdp_cause cause = {.tracepoint = tracepoint, .value = value}, others = {};
  struct ipft_xdp_drops drops = {.packets = packets};

  if (dev) {
    cause.ifindex = BPF_CORE_READ(dev, ifindex);
    cause.netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
    BPF_CORE_READ_INTO(&drops.ifname, dev, name);
  }
  /* Another CPU may have been faster. */
  if (!add(&cause, packets) && bpf_map_update_elem(&xdp_drops, &cause, &drops, BPF_NOEXIST) != 0 &&
      !add(&cause, packets))
    add(&others, packets);
  return 0;
}

#define DEVICE(place) ((const struct net_device *)ctx[place])

/* (device, program, action): an action that there is not, XDP_ABORTED among them, or one that failed. */
SEC("raw_tracepoint") int xdp_exception(__u64 *ctx) {
  return count(DEVICE(0), 1, ctx[2], 1);
}

/* (device, program, target, -errno, ...) */
SEC("raw_tracepoint") int xdp_redirect_err(__u64 *ctx) {
  return count(DEVICE(0), 2, ctx[3], 1);
}

/* The same, for redirection by a map, where the kernel has both. */
SEC("raw_tracepoint") int xdp_redirect_map_err(__u64 *ctx) {
  return count(DEVICE(0), 3, ctx[3], 1);
}

/* The others are called for each bulk of packets, lost or not. */
#define LOST(dev, tracepoint, value, drops)                                                                  \
  ((__s32)(drops) > 0 ? count(dev, tracepoint, value, (__u32)(drops)) : 0)

/* (from, to, sent, drops, -errno): the device `to` did not take them. */
SEC("raw_tracepoint") int xdp_devmap_xmit(__u64 *ctx) {
  return LOST(DEVICE(1), 4, ctx[4], ctx[3]);
}

/* (device, sent, drops, -errno): XDP_TX. */
SEC("raw_tracepoint") int xdp_bulk_tx(__u64 *ctx) {
  return LOST(DEVICE(0), 5, ctx[3], ctx[2]);
}

/* (map, processed, drops, CPU): the queue of that CPU was full. */
SEC("raw_tracepoint") int xdp_cpumap_enqueue(__u64 *ctx) {
  return LOST(0, 6, 0, ctx[2]);
}

/* (map, processed, drops, ...): on that CPU, without memory for skbs. */
SEC("raw_tracepoint") int xdp_cpumap_kthread(__u64 *ctx) {
  return LOST(0, 7, 0, ctx[2]);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
