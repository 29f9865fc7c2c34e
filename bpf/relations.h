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
static __noinline int send_relation(void *ctx, union message *message) {
  struct ipft_counters *count = own_counters();

  message->event.flags = IPFT_RELATION | IPFT_HIDDEN;
  if (!count)
    return 0;
  __sync_fetch_and_add(&count->relations, 1);
  if (bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, message, sizeof(*message)) != 0)
    __sync_fetch_and_add(&count->lost_relations, 1);
  return 0;
}

static __always_inline void fill_relation(struct ipft_event *event, __u64 parent, __u32 relation) {
  struct ipft_event sizes = {};

  read_skb(&sizes, (const void *)parent);
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

/* The life of a packet, which begins as `own` unless the packet is followed already. NULL: there is no room.
 * If --sample chose a relative, it chooses this packet, too. */
static __always_inline struct lived *life_of_relative(__u64 skb, const struct lived *own) {
  struct lived *known;

  if (bpf_map_update_elem(&lives, &skb, own, BPF_NOEXIST) == 0)
    follow(skb);
  known = bpf_map_lookup_elem(&lives, &skb);
  if (!known)
    count_unfollowed();
  else if (picks(own->choice))
    known->choice = own->choice;
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
static __noinline int adopt(void *ctx, __u64 child) {
  __u64 parent = *origin_of(child);
  struct lived *own, *known;
  union message message = {};
  struct lived silent = {.flags = LIVED_SILENT};

  if (!(settings.follows >> IPFT_CLONE & 1) || !shares_data(child, parent))
    return 0;
  own = bpf_map_lookup_elem(&lives, &child);
  if (!own)
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
  return picks(silent.choice) ? send_relation(ctx, &message) : 0;
}

/* For each call that was handled; calls adopt() for a packet's first one. */
static __always_inline void adopt_first(void *ctx, const struct sk_buff *skb, const struct hit *hit) {
  if (settings.follows != 0 && hit->is_first)
    adopt(ctx, (__u64)skb);
}

#endif
