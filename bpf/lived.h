/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The lives of followed packets, by their skbs. */
#ifndef IPFT_LIVED_H
#define IPFT_LIVED_H

#include "kernel.h"
#include "ipft.h"
#include <bpf/bpf_helpers.h>

/* Number of followed packets per hash of the skb's address. */
volatile __u32 followed[IPFT_FOLLOWED] = {};

/* Index of an skb in an array of `size` entries, which is a power of two; skbs are 256 bytes apart. */
static __always_inline __u64 index_by_skb(__u64 skb, __u64 size) {
  return (skb >> 8 ^ skb >> 20) & (size - 1);
}

/* By fewer bits, since every call asks for it. The shift is that of the index, and back that of an entry's
 * size. */
static __always_inline volatile __u32 *followers(__u64 skb) {
  __u64 offset = skb >> 6 & (IPFT_FOLLOWED - 1) * sizeof(__u32);

  return (void *)followed + offset;
}

enum lived_flags {
  LIVED_SILENT = 1,   /* only relatives are shown: the packet itself has not matched */
  LIVED_RELATED = 2,  /* it has a parent */
  LIVED_FOLLOWED = 4, /* it is followed because of its parent, whether it matches or not */
  LIVED_UNMARKED = 8, /* at its last call it did not have the mark that is asked for */
  LIVED_REBUILT = 16, /* it was made for an XDP program, which may pass on its head as a frame */
};

/* The life of a followed packet. */
struct lived {
  __u64 born_ns; /* never 0 */
  __u32 choice;  /* what --sample chooses by: the same for all packets of a family */
  __u8 flags;    /* enum lived_flags */
  __u8 unused;
  __u16 place; /* network namespace, the lower half of its inode; 0: it has had no device yet */
  union {
    __u64 device; /* skb->dev at its last call, which need not be a device (place.h); 0: unknown */
    __u64 way;    /* the tracer `ways`: number of the packet's way (ways.h) */
  };
};

/* skb -> its life */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, IPFT_LIVES);
  __type(key, __u64);
  __type(value, struct lived);
} lives SEC(".maps");

/* True if the packet is shown whether it matches or not. A function with a stack frame of its own: the frame
 * of programs has no room for the key. */
static __noinline int is_followed(__u64 skb) {
  struct lived *known = bpf_map_lookup_elem(&lives, &skb);

  return known && !(known->flags & LIVED_SILENT);
}

#endif
