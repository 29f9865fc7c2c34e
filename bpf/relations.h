/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Relations between packets: an skb that is made from the skb of a followed packet, or takes its data, is
 * followed, too, whatever its mark (docs/lineage.md). The tracer that includes this defines SENT_EVENT
 * before. */
#ifndef IPFT_RELATIONS_H
#define IPFT_RELATIONS_H

#include "lives.h"

/* Parents of clones whose parent was not followed, by the child's address: if the child matches later, its
 * parent is still to be known. Later clones overwrite earlier ones, so an entry is only a hint. */
#define ORIGINS 4096
volatile __u64 origins[ORIGINS] = {};

static __always_inline volatile __u64 *origin_of(__u64 child) {
  return &origins[index_by_skb(child, ORIGINS)];
}

/* Relations are not events: `matched` does not count them. */
static __noinline int send_relation(union message *message) {
  struct ipft_counters *count = own_counters();

  message->event.flags |= IPFT_RELATION | IPFT_HIDDEN;
  if (!count)
    return 0;
  __sync_fetch_and_add(&count->relations, 1);
  if (!tell(message, sizeof(*message)))
    __sync_fetch_and_add(&count->lost_relations, 1);
  return 0;
}

static __always_inline void fill_relation(struct ipft_event *event, __u64 parent, __u32 relation) {
  struct ipft_event sizes = {};
  union scratch scratch = {};

  read_skb(&sizes, (const void *)parent, &scratch);
  event->parent_skb = parent;
  event->relation = relation;
  event->parts = sizes.gso_segs;
  event->bytes = sizes.len;
}

static __always_inline void count_unfollowed(void) {
  struct ipft_counters *count = own_counters();

  if (count)
    __sync_fetch_and_add(&count->unfollowed, 1);
}

/* LIVED_UNMARKED of a relative, whose mark is its parent's. What TCP keeps has none. */
static __always_inline __u8 unmarked_like(const struct lived *parent) {
  return parent->flags & LIVED_SILENT ? LIVED_UNMARKED : parent->flags & LIVED_UNMARKED;
}

/* The life of a packet, which begins as `own` unless the packet is followed already. NULL: there is no room.
 * If --sample chose a relative, it chooses this packet, too. */
static __always_inline struct lived *life_of_relative(__u64 skb, const struct lived *own) {
  struct lived *known;

  add_life(&skb, own);
  known = bpf_map_lookup_elem(&lives, &skb);
  if (!known) {
    count_unfollowed();
  } else if (picks(own->choice)) {
    known->choice = own->choice;
    renew_direct(skb, known);
  }
  return known;
}

/* A clone shares its parent's data. A packet that is no clone may have the memory of data that a freed skb
 * still points to. */
static __always_inline bool shares_data(__u64 child, __u64 parent) {
  const struct sk_buff *skb = (const struct sk_buff *)child;
  const unsigned char *head = BPF_CORE_READ(skb, head);

  return BPF_CORE_READ_BITFIELD_PROBED(skb, cloned) && parent != 0 && parent != child && head != 0 &&
         head == BPF_CORE_READ((const struct sk_buff *)parent, head);
}

/* For the first call with a packet that matches. If it is a clone, its parent gets an identity, so that other
 * clones of the same data are known as its siblings; but it has no events. */
static __noinline int adopt(__u64 child, struct lived *own) {
  __u64 parent = *origin_of(child);
  struct lived *known;
  union message message = {};
  struct lived silent = {.flags = LIVED_SILENT};

  if (!(settings.follows >> IPFT_CLONE & 1) || !shares_data(child, parent))
    return 0;
  message.event.skb = child;
  message.event.born_ns = own->born_ns;
  message.event.time_ns = own->born_ns - 1; /* before the event that was sent already */
  silent.choice = own->choice;
  silent.born_ns = own->born_ns - 1;
  known = life_of_relative(parent, &silent);
  if (!known)
    return 0;
  own->flags |= LIVED_RELATED;
  message.event.parent_born_ns = known->born_ns;
  fill_relation(&message.event, parent, IPFT_CLONE);
  return picks(silent.choice) ? send_relation(&message) : 0;
}

/* Says where a packet is, before the event that was sent already. */
static __noinline int tell_of_move(const struct sk_buff *skb, const struct hit *hit) {
  __u64 key = (__u64)skb;
  struct lived *known = bpf_map_lookup_elem(&lives, &key);
  struct ipft_counters *count = own_counters();
  union message message = {};

  if (!known || !count || !picks(known->choice))
    return 0;
  message.event.time_ns = hit->moved_ns - 1;
  message.event.skb = key;
  message.event.born_ns = known->born_ns;
  message.event.netns = namespace_of(skb, hit->moved_ns);
  message.event.flags = IPFT_MOVED | IPFT_HIDDEN | (hit->moved & MOVED_NAMESPACE ? IPFT_CROSSED : 0) |
                        (hit->moved & MOVED_MARK ? IPFT_UNMARKED : 0);
  __sync_fetch_and_add(&count->moves, 1);
  if (!tell(&message, sizeof(message)))
    __sync_fetch_and_add(&count->lost_moves, 1);
  return 0;
}

static __noinline int begin(__u64 skb, __u64 time_ns) {
  struct lived *own = bpf_map_lookup_elem(&lives, &skb);

  if (!own)
    return 0;
  if (WATCHES_MOVES)
    settle(own, (const void *)skb, time_ns);
  adopt(skb, own);
  renew_direct(skb, own);
  return 0;
}

/* For each call that was handled: whether something is known of the packet besides its event. */
static __always_inline bool has_moved(const struct hit *hit) {
  return hit->moved != 0 && SETTING(follows) != 0;
}

/* Tells it. */
static __always_inline void tell_of(const struct sk_buff *skb, const struct hit *hit) {
  if (hit->moved == MOVED_IN)
    begin((__u64)skb, hit->moved_ns);
  else
    tell_of_move(skb, hit);
}

#endif
