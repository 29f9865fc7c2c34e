/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Functions that end lives. The tracer that includes this defines SENT_EVENT, the type of its events, before.
 */
#ifndef IPFT_ENDS_H
#define IPFT_ENDS_H

#include "lives.h"

/* Stores a release on this CPU in place of the oldest one, whose life is forgotten unless it has ended. */
static __always_inline void make_room(const struct release *newest) {
  struct ipft_counters *count = own_counters();
  struct release *known, oldest;
  struct dying *released;
  __u32 index;

  if (!count)
    return;
  index = bpf_get_smp_processor_id() * settings.releases + (count->releases++ & (settings.releases - 1));
  known = bpf_map_lookup_elem(&releases, &index);
  if (!known)
    return;
  oldest = *known;
  *known = *newest;
  released = bpf_map_lookup_elem(&dying, &oldest.skb);
  if (released && released->life.born_ns == oldest.born_ns)
    forget_unended(&dying, &oldest.skb, IPFT_LAST);
}

static __always_inline void release(struct life *life, const struct sk_buff *skb) {
  __u64 key = (__u64)skb;
  struct dying released = {.life = life->own, .destructor = (__u64)read_pointer(skb, destructor)};
  struct release newest = {.skb = key, .born_ns = life->born_ns};

  life->call |= IPFT_ENDING;
  make_room(&newest);
  if (bpf_map_update_elem(&dying, &key, &released, BPF_ANY) == 0) {
    __sync_fetch_and_add(followers(key), 1);
  } else {
    count_untracked();
    close_way(life->way, 0);
    life->way = 0;
  }
  forget(&lives, &key);
}

/* A packet that is queued to be freed; if it was released before, its life goes on. */
static __always_inline void postpone(struct life *life, __u64 skb, bool released) {
  if (released) {
    life->call |= IPFT_RESUMED;
    forget(&dying, &skb);
  }
  if (released || !(life->call & LIFE_HIDDEN))
    begin_life(life, skb);
}

/* Like find_life(), for functions that end lives; also ends the life as the function's role requires. */
static __noinline int end_life(struct life *life, const struct sk_buff *skb, const struct hit *hit) {
  __u64 key = (__u64)skb;
  __u32 role = role_of(hit->function_address);
  struct lived *known = bpf_map_lookup_elem(&lives, &key);
  struct dying *released = known ? 0 : bpf_map_lookup_elem(&dying, &key);

  if (released && (role & ~IPFT_ROLE_HIDDEN) == IPFT_RELEASES) { /* a life is released only once */
    forget_unended(&dying, &key, IPFT_LAST);
    released = 0;
  }
  if (released)
    known = &released->life;
  if (known) {
    take(life, known);
    life->call = LIFE_KNOWN;
  } else if (may_begin(skb, hit)) {
    life->born_ns = life->time_ns;
    life->choice = choice_of(key, life->born_ns);
  } else {
    return false;
  }
  life->call |= role & IPFT_ROLE_HIDDEN;
  open_way(life, key, known);
  role &= ~IPFT_ROLE_HIDDEN;
  if (role == IPFT_RELEASES) {
    release(life, skb);
  } else if (role == IPFT_POSTPONES) {
    postpone(life, key, released != 0);
  } else {
    life->call |= IPFT_LAST;
    if (!(released ? forget(&dying, &key) : forget(&lives, &key)) && known)
      life->way = 0; /* it has ended on another CPU */
  }
  return true;
}

/* For each end, once its frame is left: the stack has no room for both. */
static __noinline int note_head(const struct life *life, const struct sk_buff *skb) {
  struct freed_head freed = {
      .life = life->own, .skb = (__u64)skb, .freed_ns = life->time_ns, .len = BPF_CORE_READ(skb, len)};
  __u64 head = (__u64)BPF_CORE_READ(skb, head);

  return bpf_map_update_elem(&heads, &head, &freed, BPF_ANY);
}

static __always_inline void note_end(const struct life *life, const struct sk_buff *skb) {
  if (SETTING(follows) >> IPFT_REBUILT & 1 && life->lived_flags & LIVED_REBUILT && life->call & IPFT_ENDING)
    note_head(life, skb);
}

#endif
