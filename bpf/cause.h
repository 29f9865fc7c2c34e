/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Causes: what tracepoints that take the skb (native/symbols/cause_sources.h) report, before a drop, about
 * why the packet is dropped. */
#ifndef IPFT_CAUSE_H
#define IPFT_CAUSE_H

#include "body.h"

struct cause_entry {
  __u64 born_ns; /* the life for which the cause was reported: keeps an entry from being used for a later life
                  */
  __u64 cause;   /* ipft_event.cause */
};

/* skb -> the last cause that was reported for it. The packet may not be dropped after all, so old entries are
 * evicted. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1); /* set to IPFT_CAUSES before load if causes are asked for */
  __type(key, __u64);
  __type(value, struct cause_entry);
} causes SEC(".maps");

/* Returns 0 if no cause was reported in this life. */
static __noinline __u64 reported_cause(__u64 skb, __u64 born_ns) {
  struct cause_entry *entry = bpf_map_lookup_elem(&causes, &skb);

  return entry && entry->born_ns == born_ns ? entry->cause : 0;
}

static __always_inline void report_cause(__u64 skb, __u64 born_ns, __u64 cause) {
  struct cause_entry entry = {.born_ns = born_ns, .cause = cause};

  if (born_ns != 0) /* 0: untracked, cannot be distinguished from other packets with this skb */
    bpf_map_update_elem(&causes, &skb, &entry, BPF_ANY);
}

/* IPFT_CAUSE() of the tracepoint, which is put into each copy. Loaded in assembly, so that the compiler
 * neither splits nor folds the constant. */
static __always_inline __u64 cause_source(void) {
  __u64 source;

  asm volatile("%0 = %1 ll" : "=r"(source) : "i"(IPFT_CAUSE_SOURCE));
  return source;
}

#endif
