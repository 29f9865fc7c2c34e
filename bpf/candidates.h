/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Candidates: functions that this kernel's BTF does not describe, and whose first argument is an skb by the
 * BTF of others. They are .constprop clones, so it is probably still in the first register; what their calls
 * have there decides. Until a candidate is certain its calls have no events and begin no life. The file that
 * includes it says before what a kprobe program does: KPROBE(ctx, skb, emitter), and NO_PROBE. */
#ifndef IPFT_CANDIDATES_H
#define IPFT_CANDIDATES_H

#include "kprobe_address.h"
#include "lives.h"

/* By their places in settings.candidates. No map: finding an entry takes longer than all the rest. */
volatile struct ipft_candidate candidates[IPFT_CANDIDATES] = {};

/* NULL if it is none. */
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

/* Where an skb's data are. tail and end are offsets from head, as on all 64-bit kernels. */
struct data_place {
  __u32 before;
  __u32 tail;
  __u32 end;
  __u32 gap;
  __u64 head;
  __u64 data;
};

/* The same where tail is at a multiple of 8. */
struct close_place {
  __u32 tail;
  __u32 end;
  __u64 head;
  __u64 data;
};

#define DISTANCE(skb, member) (bpf_core_field_offset(skb->member) - bpf_core_field_offset(skb->tail))
#define HAS_PLACES(skb, head_at, data_at)                                                                    \
  (DISTANCE(skb, end) == 4 && DISTANCE(skb, head) == head_at && DISTANCE(skb, data) == data_at)

/* Candidates may be called for each packet of the machine, so where the members stand side by side, as on the
 * kernels that are known, one read takes all of them. */
static __always_inline void read_place(const struct sk_buff *skb, struct data_place *place) {
  struct close_place close = {};

  if (HAS_PLACES(skb, 12, 20)) {
    bpf_probe_read_kernel(place, sizeof(*place),
                          (const void *)__builtin_preserve_access_index(&skb->tail) - sizeof(place->before));
    return;
  }
  if (HAS_PLACES(skb, 8, 16)) {
    bpf_core_read(&close, sizeof(close), &skb->tail);
    place->tail = close.tail;
    place->end = close.end;
    place->head = close.head;
    place->data = close.data;
    return;
  }
  place->tail = BPF_CORE_READ(skb, tail);
  place->end = BPF_CORE_READ(skb, end);
  place->head = (__u64)BPF_CORE_READ(skb, head);
  place->data = (__u64)BPF_CORE_READ(skb, data);
}

/* False for what is certainly none. What cannot be read is 0. */
static __always_inline bool may_be_skb(const struct sk_buff *skb) {
  struct data_place place = {};

  read_place(skb, &place);
  return (__s64)place.head < 0 && place.data - place.head <= place.tail && place.tail <= place.end;
}

static __always_inline bool is_known_life(__u64 skb) {
  return *followers(skb) != 0 && bpf_map_lookup_elem(&lives, &skb);
}

/* Whether this call may have an event. */
static __always_inline bool judge(volatile struct ipft_candidate *candidate, const struct sk_buff *skb) {
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
  const struct sk_buff *skb = (void *)ctx->di;

  if (!candidate || candidate->refuted_ns != 0 || active != IPFT_ACTIVE)
    return NO_PROBE;
  if (candidate->takes_pointer && bpf_probe_read_kernel(&skb, sizeof(skb), skb) != 0)
    skb = 0;
  return judge(candidate, skb) ? KPROBE(ctx, skb, AT_CALL) : NO_PROBE;
}

#endif
