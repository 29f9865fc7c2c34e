/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Merges: a survivor takes the data of another skb, if the function's return value says so, or those that it
 * has in its frag_list when the function returns. The survivor is followed from then on. Some functions are
 * global, as in ties.h. */
#ifndef IPFT_MERGES_H
#define IPFT_MERGES_H

#include "ties.h"

/* A call that has not returned. */
struct open_merge {
  __u64 survivor;
  __u64 swallowed;   /* 0: those in the survivor's frag_list */
  struct lived life; /* of the swallowed packet */
  __u32 relation;
  __u32 bytes; /* len of the swallowed skb */
};

/* By an address that no other open call has. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1); /* set to IPFT_MERGES before load if merges are followed */
  __type(key, __u64);
  __type(value, struct open_merge);
} merges SEC(".maps");

/* Returns true if the call's return is to be looked at. */
__noinline int ipft_open_merge(__u64 call_id, __u64 how, __u64 survivor, __u64 swallowed) {
  struct lived *known = *followers(swallowed) != 0 ? bpf_map_lookup_elem(&lives, &swallowed) : 0;
  struct open_merge merge = {
      .survivor = survivor, .swallowed = swallowed, .relation = IPFT_TIE_RELATION(how)};

  if (active != IPFT_ACTIVE)
    return false;
  if (IPFT_TIE_WHERE(how) == IPFT_LIST) {
    merge.swallowed = 0;
  } else {
    if (!known)
      return false;
    merge.life = *known;
    merge.bytes = BPF_CORE_READ((const struct sk_buff *)swallowed, len);
  }
  if (bpf_map_update_elem(&merges, &call_id, &merge, BPF_ANY) == 0)
    return true;
  count_unfollowed();
  return false;
}

/* For a call that is not open: the return of an earlier one with the same call_id may have been missed. */
static __noinline int forget_merge(__u64 call_id) {
  return bpf_map_delete_elem(&merges, &call_id);
}

/* What the functions return: skb_gro_receive() 0, skb_try_coalesce() true, skb_shift() a number of bytes. */
static __always_inline bool has_merged(__u32 relation, __u64 value) {
  if (relation == IPFT_GRO)
    return (__u32)value == 0;
  return relation == IPFT_COALESCED ? (__u8)value != 0 : (__s32)value > 0;
}

/* The survivor's born_ns; 0: there is no room for it. */
static __noinline __u64 survivor_of(const struct open_merge *merge, __u64 time_ns) {
  struct lived own = {.born_ns = time_ns,
                      .choice = merge->life.choice,
                      .flags = LIVED_RELATED | LIVED_FOLLOWED | LIVED_UNMARKED |
                               (merge->life.flags & LIVED_SILENT)};
  struct lived *known = life_of_relative(merge->survivor, &own);

  return known ? known->born_ns : 0;
}

static __noinline int send_merge(const struct open_merge *merge) {
  union message message = {};

  message.event.time_ns = bpf_ktime_get_ns();
  message.event.skb = merge->survivor;
  message.event.born_ns = survivor_of(merge, message.event.time_ns);
  message.event.parent_skb = merge->swallowed;
  message.event.parent_born_ns = merge->life.born_ns;
  message.event.relation = merge->relation;
  message.event.bytes = merge->bytes;
  return message.event.born_ns != 0 && picks(merge->life.choice) ? send_relation(&message) : 0;
}

static __always_inline const struct sk_buff *frag_list_of(__u64 skb) {
  union scratch scratch = {};

  return BPF_CORE_READ(shared_info((const void *)skb, &scratch), frag_list);
}

/* The most skbs of a list that are looked at. Each takes the verifier time at every start. */
#define LISTED 32

/* The merge is a variable of this function: Linux 7.2.12 refuses a loop that fills in its caller's, and
 * passes it on ("slot poisoned by dead code elimination"). */
__noinline int ipft_swallow(__u64 survivor, __u64 swallowed, __u32 relation) {
  struct lived *known = *followers(swallowed) != 0 ? bpf_map_lookup_elem(&lives, &swallowed) : 0;
  struct open_merge merge = {.survivor = survivor, .swallowed = swallowed, .relation = relation};

  if (!known)
    return 0;
  merge.life = *known;
  merge.bytes = BPF_CORE_READ((const struct sk_buff *)swallowed, len);
  return send_merge(&merge);
}

__noinline int ipft_swallow_list(__u64 survivor, __u32 relation) {
  const struct sk_buff *each = frag_list_of(survivor);

  for (int i = 0; i < LISTED && each; i++) {
    ipft_swallow(survivor, (__u64)each, relation);
    each = BPF_CORE_READ(each, next);
  }
  if (each)
    count_unfollowed();
  return 0;
}

__noinline int ipft_close_merge(__u64 call_id, __u64 value) {
  struct open_merge *known = bpf_map_lookup_elem(&merges, &call_id);
  struct open_merge merge;

  if (!known)
    return 0;
  merge = *known;
  bpf_map_delete_elem(&merges, &call_id);
  if (active != IPFT_ACTIVE)
    return 0;
  if (merge.swallowed == 0)
    return ipft_swallow_list(merge.survivor, merge.relation);
  if (!has_merged(merge.relation, value))
    return 0;
  if (merge.relation == IPFT_SHIFTED)
    merge.bytes = (__u32)value;
  return send_merge(&merge);
}

#endif
