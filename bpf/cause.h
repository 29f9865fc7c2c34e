/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What the kernel tells of why a packet is dropped in front of the drop: by tracepoints that take the skb
 * (native/symbols/cause_sources.h). */
#ifndef IPFT_CAUSE_H
#define IPFT_CAUSE_H

#include "body.h"

struct told {
  __u64 born_ns; /* of the life that it was told of: an entry is never taken for another one's */
  __u64 cause;   /* ipft_event.cause */
};

/* skb -> the last cause that was told of it. A packet need not be dropped then, so the oldest make room. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1); /* set to IPFT_CAUSES before load where causes are wanted */
  __type(key, __u64);
  __type(value, struct told);
} causes SEC(".maps");

/* 0: none was told in this life. */
static __noinline __u64 told_cause(__u64 skb, __u64 born_ns) {
  struct told *told = bpf_map_lookup_elem(&causes, &skb);

  return told && told->born_ns == born_ns ? told->cause : 0;
}

static __always_inline void tell_cause(__u64 skb, __u64 born_ns, __u64 cause) {
  struct told told = {.born_ns = born_ns, .cause = cause};

  if (born_ns != 0) /* untracked: it cannot be told from others of the same skb */
    bpf_map_update_elem(&causes, &skb, &told, BPF_ANY);
}

/* IPFT_CAUSE() of the tracepoint. In assembly, so that the compiler neither splits nor computes with it. */
static __always_inline __u64 cause_source(void) {
  __u64 source;

  asm volatile("%0 = %1 ll" : "=r"(source) : "i"(IPFT_CAUSE_SOURCE));
  return source;
}

#endif
