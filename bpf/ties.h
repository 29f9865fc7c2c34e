/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Ties: some functions get two related skbs, a child and its parent (native/symbols/ties.h lists them).
 *
 * Functions whose names begin with ipft_ are global, so that the verifier looks at each of them once: what it
 * knows of their arguments, such as the tie that a comparison has found, it would follow separately for each
 * of 20 ties and 16 callers. They may have numbers as arguments only. */
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
__noinline __u64 ipft_tie_of(__u64 function_address) {
#pragma unroll
  for (int i = 0; i < IPFT_TIES; i++)
    if (settings.ties[i].function_address == function_address)
      return settings.ties[i].how;
  return 0;
}

/* The relation between copy and original, by the function that called the one that ties them together. */
__noinline __u32 ipft_relation_by_caller(__u64 caller, __u32 usual) {
#pragma unroll
  for (int i = 0; i < IPFT_COPIERS; i++)
    if (caller - settings.copiers[i].function_address < settings.copiers[i].length)
      return settings.copiers[i].relation;
  return usual;
}

/* TCP keeps what it sends, and sends clones. What it keeps never matches. */
static __always_inline __u32 refined(__u32 relation, const struct lived *parent, __u64 skb) {
  bool is_kept = parent->flags & LIVED_SILENT;

  return relation == IPFT_CLONE && is_kept && !has_own_mark((const void *)skb) ? IPFT_RETRANSMISSION
                                                                               : relation;
}

/* The skb that is being answered on this CPU. The kernel's answers are made and sent with softirqs disabled,
 * so there is one at a time. */
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} answered SEC(".maps");

/* The parent, by enum ipft_parent; 0: there is none. */
static __noinline __u64 parent_by(__u32 where, __u64 argument) {
  __u32 zero = 0;
  __u64 *answers, parent = 0;

  if (where == IPFT_ARGUMENT)
    return argument;
  if (where == IPFT_MEMBER) {
    bpf_probe_read_kernel(&parent, sizeof(parent), (void *)argument);
    return parent;
  }
  answers = bpf_map_lookup_elem(&answered, &zero);
  if (!answers)
    return 0;
  if (where != IPFT_ANSWERS)
    parent = *answers;
  *answers = where == IPFT_ANSWERS ? argument : 0;
  return parent;
}

/* The parent of an answer; 0: it is no answer. A function may be called several times for the same one. */
static __always_inline __u64 parent_of_reply(__u64 how, __u64 child, __u64 argument, __u64 caller) {
  __u32 where = IPFT_TIE_WHERE(how);

  if (where == IPFT_ANSWERED_BY && ipft_relation_by_caller(caller, IPFT_NO_RELATION) != IPFT_REPLY)
    return 0;
  return where != IPFT_ANSWERS && is_followed(child) ? 0 : parent_by(where, argument);
}

/* Begins the life of `child` as `own`, in place of one that was not seen to end. `message`: what is known of
 * its parent. Returns false if there is no room. */
static __always_inline bool begin_child(union message *message, __u64 child, struct lived *own, bool keeps) {
  struct lived *known;

  own->born_ns = bpf_ktime_get_ns();
  message->event.time_ns = own->born_ns;
  message->event.skb = child;
  if (!keeps)
    forget_unended(&lives, &child, 0);
  forget_unended(&dying, &child, IPFT_LAST);
  known = life_of_relative(child, own);
  if (!known)
    return false;
  message->event.born_ns = known->born_ns;
  return true;
}

/* How long a frame is thought to be that of the skb that was freed, ns: a redirected packet waits for its
 * device's NAPI at most. Later its memory may be another packet's. */
#define FRAME_AGE 100000000

/* For functions that build `child` from an XDP frame, which begins at the head of the skb that it was before.
 */
static __noinline int tie_frame(__u64 child, __u64 head) {
  struct freed_head *known = bpf_map_lookup_elem(&heads, &head);
  union message message = {};
  struct lived own = {.flags = LIVED_RELATED | LIVED_FOLLOWED | LIVED_UNMARKED};
  __u64 freed_ns;

  if (!known || active != IPFT_ACTIVE)
    return 0;
  own.choice = known->life.choice;
  own.place = known->life.place;
  message.event.parent_skb = known->skb;
  message.event.parent_born_ns = known->life.born_ns;
  message.event.relation = IPFT_REBUILT;
  message.event.bytes = known->len;
  freed_ns = known->freed_ns;
  bpf_map_delete_elem(&heads, &head);
  if (bpf_ktime_get_ns() - freed_ns > FRAME_AGE || !begin_child(&message, child, &own, false))
    return 0;
  return picks(own.choice) ? send_relation(&message) : 0;
}

/* For skbs that are made for an XDP program: their heads are no frames yet. */
static __noinline int forget_frame(__u64 skb) {
  __u64 head = (__u64)BPF_CORE_READ((const struct sk_buff *)skb, head);

  return bpf_map_delete_elem(&heads, &head);
}

/* For functions that make `child` from `parent`. */
__noinline int ipft_relate(__u64 how, __u64 child, __u64 parent, __u64 caller) {
  struct lived *known;
  union message message = {};
  struct lived own = {};
  __u32 relation = IPFT_TIE_RELATION(how);
  bool keeps, morphs_child;

  if (relation == IPFT_REBUILT) {
    if (IPFT_TIE_WHERE(how) == IPFT_FRAME)
      return tie_frame(child, parent);
    forget_frame(child);
  }
  if (relation == IPFT_REPLY) {
    parent = parent_of_reply(how, child, parent, caller);
    caller = 0;
  }
  known = *followers(parent) != 0 ? bpf_map_lookup_elem(&lives, &parent) : 0;
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
  relation = morphs_child ? IPFT_REASSEMBLED : ipft_relation_by_caller(caller, relation);
  keeps = relation & IPFT_KEEPS_CHILD;
  relation = refined(relation & ~IPFT_KEEPS_CHILD, known, parent);
  if (active != IPFT_ACTIVE || relation == IPFT_NO_RELATION || !(settings.follows >> (relation & 31) & 1))
    return 0;
  own.choice = known->choice;
  own.flags = LIVED_RELATED | LIVED_FOLLOWED | (relation == IPFT_SPLIT ? known->flags & LIVED_SILENT : 0) |
              (relation == IPFT_REPLY ? LIVED_UNMARKED : unmarked_like(known)) |
              (relation == IPFT_REBUILT ? LIVED_REBUILT : 0);
  own.place = known->place;
  message.event.parent_born_ns = known->born_ns;
  tell_calls(&message.event, known);
  if (!begin_child(&message, child, &own, keeps))
    return 0;
  fill_relation(&message.event, parent, relation);
  return picks(own.choice) ? send_relation(&message) : 0;
}

#endif
