/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Candidates: functions that this kernel's BTF does not describe, but whose first argument is an skb
 * according to another kernel's BTF. They are .constprop clones, so the skb is probably still in the first
 * register; what their calls have there confirms or refutes that. A candidate's calls have no events and
 * begin no life until it is confirmed. Before including this, define KPROBE(ctx, skb, emitter), which is what
 * a kprobe program does, and NO_PROBE. */
#ifndef IPFT_CANDIDATES_H
#define IPFT_CANDIDATES_H

#include "kprobe_address.h"
#include "lives.h"

/* Indexed like settings.candidates. Not a map, since a lookup would take longer than everything else here. */
volatile struct ipft_candidate candidates[IPFT_CANDIDATES] = {};

/* NULL if the function is not a candidate. */
static __always_inline volatile struct ipft_candidate *candidate_at(__u64 function_address) {
#pragma unroll
  for (__u32 i = 0; i < IPFT_CANDIDATES; i++) {
    if (i >= settings.candidate_count)
      return 0;
    if (settings.candidates[i] == function_address)
      return &candidates[i];
  }
  return 0;
}

/* Where the data of an skb are. tail and end are offsets from head, as on all 64-bit kernels. Laid out like
 * the skb where these members are adjacent and tail is 4 bytes after a multiple of 8. */
struct data_pointers {
  __u32 before;
  __u32 tail;
  __u32 end;
  __u32 gap;
  __u64 head;
  __u64 data;
};

/* Layout of these members where tail is at a multiple of 8. */
struct adjacent_pointers {
  __u32 tail;
  __u32 end;
  __u64 head;
  __u64 data;
};

#define HAS_DISTANCES(skb, head_at, data_at)                                                                 \
  (MEMBER_DISTANCE(skb, tail, end) == 4 && MEMBER_DISTANCE(skb, tail, head) == head_at &&                    \
   MEMBER_DISTANCE(skb, tail, data) == data_at)

/* Candidates may be called for every packet of the machine, so where the members are adjacent, as in all
 * known kernels, they are read at once. */
static __always_inline void read_pointers(const struct sk_buff *skb, struct data_pointers *pointers) {
  struct adjacent_pointers adjacent = {};

  if (HAS_DISTANCES(skb, 12, 20)) {
    bpf_probe_read_kernel(pointers, sizeof(*pointers),
                          (const void *)__builtin_preserve_access_index(&skb->tail) -
                              sizeof(pointers->before));
    return;
  }
  if (HAS_DISTANCES(skb, 8, 16)) {
    bpf_core_read(&adjacent, sizeof(adjacent), &skb->tail);
    pointers->tail = adjacent.tail;
    pointers->end = adjacent.end;
    pointers->head = adjacent.head;
    pointers->data = adjacent.data;
    return;
  }
  pointers->tail = BPF_CORE_READ(skb, tail);
  pointers->end = BPF_CORE_READ(skb, end);
  pointers->head = (__u64)BPF_CORE_READ(skb, head);
  pointers->data = (__u64)BPF_CORE_READ(skb, data);
}

static __always_inline void load_pointers(const struct sk_buff *skb, struct data_pointers *pointers) {
  pointers->tail = skb->tail;
  pointers->end = skb->end;
  pointers->head = (__u64)skb->head;
  pointers->data = (__u64)skb->data;
}

/* False if this is certainly not an skb. Unreadable members are 0. */
static __always_inline bool may_be_skb(const struct sk_buff *skb) {
  struct data_pointers pointers = {};

  if (SETTING(skb_type) != 0)
    load_pointers(typed_skb(skb), &pointers);
  else
    read_pointers(skb, &pointers);
  return (__s64)pointers.head < 0 && pointers.data - pointers.head <= pointers.tail &&
         pointers.tail <= pointers.end;
}

static __always_inline bool is_known_life(__u64 skb) {
  return *followers(skb) != 0 && bpf_map_lookup_elem(&lives, &skb);
}

/* Updates the verdict about the candidate. Returns true if this call may have an event. A function with a
 * stack frame of its own: below that of the program is the one of a call that matches. */
static __noinline int judge(volatile struct ipft_candidate *candidate, const struct sk_buff *skb) {
  bool followed = is_known_life((__u64)skb);

  if (!followed && !may_be_skb(skb)) {
    candidate->refuted_ns = bpf_ktime_get_ns();
    return false;
  }
  if (candidate->confirmed_ns != 0)
    return true;
  if (!followed) {
    __sync_fetch_and_add(&candidate->others, 1);
    return false;
  }
  __sync_fetch_and_add(&candidate->followed, 1);
  if (candidate->followed >= IPFT_CONFIRMING_CALLS)
    candidate->confirmed_ns = bpf_ktime_get_ns();
  return false;
}

static __always_inline int probe_candidate(struct pt_regs *ctx) {
  volatile struct ipft_candidate *candidate = candidate_at(function_address(ctx));
  const struct sk_buff *skb = (void *)ARGUMENT(ctx, 0);

  if (!candidate || candidate->refuted_ns != 0 || active != IPFT_ACTIVE)
    return NO_PROBE;
  if (candidate->takes_pointer && bpf_probe_read_kernel(&skb, sizeof(skb), skb) != 0)
    skb = 0;
  return judge(candidate, skb) ? KPROBE(ctx, skb, AT_CALL) : NO_PROBE;
}

#endif
