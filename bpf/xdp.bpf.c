/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Counts packets that XDP loses, by device and cause. Most of them never have an skb, so there are no events
 * for them; no tracepoint reports what a program drops by XDP_DROP. */
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
  /* Another CPU may have added the entry meanwhile. */
  if (!add(&cause, packets) && bpf_map_update_elem(&xdp_drops, &cause, &drops, BPF_NOEXIST) != 0 &&
      !add(&cause, packets))
    add(&others, packets);
  return 0;
}

#define DEVICE(index) ((const struct net_device *)ctx[index])

/* (device, program, action): an invalid action, including XDP_ABORTED, or one that failed. */
SEC("raw_tracepoint") int xdp_exception(__u64 *ctx) {
  return count(DEVICE(0), 1, ctx[2], 1);
}

/* (device, program, target, -errno, ...) */
SEC("raw_tracepoint") int xdp_redirect_err(__u64 *ctx) {
  return count(DEVICE(0), 2, ctx[3], 1);
}

/* Like xdp_redirect_err, for redirection by a map, in kernels that have both. */
SEC("raw_tracepoint") int xdp_redirect_map_err(__u64 *ctx) {
  return count(DEVICE(0), 3, ctx[3], 1);
}

/* The following tracepoints are hit for each bulk of packets, whether any were lost or not. */
#define LOST(dev, tracepoint, value, drops)                                                                  \
  ((__s32)(drops) > 0 ? count(dev, tracepoint, value, (__u32)(drops)) : 0)

/* (from, to, sent, drops, -errno): the device `to` did not accept them. */
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

/* (map, processed, drops, ...): on that CPU there was no memory for skbs. */
SEC("raw_tracepoint") int xdp_cpumap_kthread(__u64 *ctx) {
  return LOST(0, 7, 0, ctx[2]);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
