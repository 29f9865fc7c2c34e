/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Ties: some functions get two related skbs, a child and its parent (native/symbols/ties.h lists them). */
#ifndef IPFT_TIES_H
#define IPFT_TIES_H

#include "relations.h"

/* skbs that skb_morph() is about to overwrite: on Linux 6.1 it leaves copying the header to __skb_clone(), by
 * a jump, so the return address does not say that skb_morph() was called. */
#define MORPHS 64
volatile __u64 morphs[MORPHS] = {};

static __always_inline volatile __u64 *morph_of(__u64 skb) {
  return &morphs[index_by_skb(skb, MORPHS)];
}

/* True once after skb_morph() was called for this skb. */
static __always_inline bool is_morphed(__u64 skb) {
  bool is = *morph_of(skb) == skb;

  if (is)
    *morph_of(skb) = 0;
  return is;
}

/* How the function ties two skbs together (IPFT_TIE); 0: it does not. */
static __noinline __u64 tie_of(__u64 function_address) {
#pragma unroll
  for (int i = 0; i < IPFT_TIES; i++)
    if (settings.ties[i].function_address == function_address)
      return settings.ties[i].how;
  return 0;
}

/* The relation between copy and original, by the function that called the one that ties them together: the
 * last of the copiers that begins before the return address. */
static __noinline __u32 relation_by_caller(__u64 caller, __u32 usual) {
  __u32 relation = usual;

#pragma unroll
  for (int i = 0; i < IPFT_COPIERS; i++)
    if (caller - settings.copiers[i].function_address < IPFT_LONGEST_COPIER)
      relation = settings.copiers[i].relation;
  return relation;
}

/* TCP keeps what it sends, and sends clones. What it keeps never matches. */
static __always_inline __u32 refined(__u32 relation, const struct lived *parent, __u64 skb) {
  bool is_kept = parent->flags & LIVED_SILENT;

  return relation == IPFT_CLONE && is_kept && !has_own_mark((const void *)skb) ? IPFT_RETRANSMISSION
                                                                               : relation;
}

/* For functions that make `child` from `parent`. */
static __noinline int tie(void *ctx, __u64 how, __u64 child, __u64 parent, __u64 caller) {
  struct lived *known = *followers(parent) != 0 ? bpf_map_lookup_elem(&lives, &parent) : 0;
  union message message = {};
  struct lived own = {};
  __u32 relation = IPFT_TIE_RELATION(how);
  bool keeps, morphs_child;

  if (relation == IPFT_REASSEMBLED) { /* skb_morph() itself: the header is copied later */
    *morph_of(child) = child;
    return 0;
  }
  morphs_child = relation == IPFT_CLONE && is_morphed(child);
  if (!known) {
    if (relation == IPFT_CLONE)
      *origin_of(child) = parent;
    return 0;
  }
  relation = morphs_child ? IPFT_REASSEMBLED : relation_by_caller(caller, relation);
  keeps = relation & IPFT_KEEPS_CHILD;
  relation = refined(relation & ~IPFT_KEEPS_CHILD, known, parent);
  if (active != IPFT_ACTIVE || relation == IPFT_NO_RELATION || !(settings.follows >> (relation & 31) & 1))
    return 0;
  own.choice = known->choice;
  own.flags = LIVED_RELATED | LIVED_FOLLOWED | (relation == IPFT_SPLIT ? known->flags & LIVED_SILENT : 0) |
              unmarked_like(known);
  own.place = known->place;
  own.born_ns = bpf_ktime_get_ns();
  message.event.time_ns = own.born_ns;
  message.event.skb = child;
  message.event.parent_born_ns = known->born_ns;
  if (!keeps)
    forget(&lives, &child);
  forget(&dying, &child);
  known = life_of_relative(child, &own);
  if (!known)
    return 0;
  message.event.born_ns = known->born_ns;
  fill_relation(&message.event, parent, relation);
  return picks(own.choice) ? send_relation(ctx, &message) : 0;
}

#endif
