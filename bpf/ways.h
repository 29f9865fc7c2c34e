/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The tracer `ways`: no event per call, but one record per packet when it ends, with the functions that were
 * called with it. So that records are short, the functions are only in those of the first packets of each
 * way; all others have a hash of them. */
#ifndef IPFT_WAYS_H
#define IPFT_WAYS_H

#define SENT_EVENT struct ipft_graph_event
#include "ends.h"
#include "lives.h"
#include "snap.h"
#include "drop.h"

/* The ways of packets that have not ended. lived.way and life.way are an index plus 1; 0: no way is wanted,
 * NO_ROOM: there was none left. A way without calls is not in use, or not sent. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, IPFT_WAYS);
  __type(key, __u32);
  __type(value, struct ipft_way);
} ways SEC(".maps");
#define NO_ROOM (IPFT_WAYS + 1)

/* What lived.way may be; filled before the trace. */
struct {
  __uint(type, BPF_MAP_TYPE_STACK);
  __uint(max_entries, IPFT_WAYS);
  __uint(value_size, sizeof(__u32));
} free_ways SEC(".maps");

/* Hash of a way's functions -> how many records have had them. Forgotten ones are sent again. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, IPFT_KNOWN_WAYS);
  __type(key, __u64);
  __type(value, __u32);
} known_ways SEC(".maps");

static __always_inline struct ipft_way *way_at(__u64 way) {
  __u32 index = way - 1;

  return bpf_map_lookup_elem(&ways, &index);
}

/* The way of a life; NULL: it has none. */
static __always_inline struct ipft_way *way_of(const struct life *life, __u64 skb) {
  struct ipft_way *way = way_at(life->way);

  return way && way->sent.event.skb == skb && way->sent.event.born_ns == life->born_ns ? way : 0;
}

/* Where the way of an skb probably is, by the skb's address: index plus 1. */
#define HINTS 16384
volatile __u16 hints[HINTS] = {};

static __always_inline volatile __u16 *hint_of(__u64 skb) {
  return &hints[index_by_skb(skb, HINTS)];
}

/* The way of a packet that has not ended; NULL: it is not known, or there is none. */
static __always_inline struct ipft_way *way_by_hint(__u64 skb) {
  struct ipft_way *way = way_at(*hint_of(skb));

  return way && way->sent.event.skb == skb && way->sent.event.flags == IPFT_WAY ? way : 0;
}

static __always_inline void free_way(__u32 way) {
  bpf_map_push_elem(&free_ways, &way, BPF_ANY);
}

static __always_inline void count_unkept(void) {
  struct ipft_counters *count = own_counters();

  if (count)
    __sync_fetch_and_add(&count->unkept_ways, 1);
}

/* Takes a free way for a life that has none. `known`: the life in its map, NULL: it is in none. */
static __noinline int open_way(struct life *life, __u64 skb, struct lived *known) {
  bool silent = (known ? known->flags : life->lived_flags) & LIVED_SILENT;
  __u32 way = 0;
  struct ipft_way *opened;

  if (silent || life->way != 0 || life->born_ns == 0 || life->call & LIFE_HIDDEN || !picks(life->choice))
    return 0;
  if (bpf_map_pop_elem(&free_ways, &way) != 0) {
    way = NO_ROOM;
    count_unkept();
  }
  life->way = way;
  if (known)
    known->way = way;
  opened = way_at(way);
  if (!opened)
    return 0;
  opened->sent = (struct ipft_graph_event){};
  opened->sent.event.skb = skb;
  opened->sent.event.born_ns = life->born_ns;
  opened->sent.event.flags = IPFT_WAY;
  return 0;
}

/* How far the parent is on its way. */
static __always_inline void tell_calls(struct ipft_event *relation, const struct lived *parent) {
  struct ipft_way *found = way_at(parent->way);

  if (parent->flags & LIVED_SILENT)
    return;
  relation->flags = IPFT_AFTER;
  relation->steps = found ? found->sent.event.calls : 0;
}

/* How many of a way's functions its record gets. */
static __always_inline __u32 steps_to_send(const struct ipft_event *event, const __u32 *known) {
  if (known && *known >= settings.whole_ways)
    return 0;
  return event->calls < IPFT_WAY_STEPS ? event->calls : IPFT_WAY_STEPS;
}

static __always_inline bool send_way(struct ipft_counters *count, struct ipft_way *way, __u32 flags) {
  struct ipft_event *event = &way->sent.event;
  __u64 hash = event->way;
  __u32 *known = bpf_map_lookup_elem(&known_ways, &hash);
  __u32 first = 1;
  __u64 steps = steps_to_send(event, known);

  event->steps = steps;
  event->time_ns = bpf_ktime_get_ns();
  event->flags = IPFT_WAY | flags;
  if (!send(count, way, sizeof(way->sent) + steps * sizeof(struct ipft_step)))
    return false;
  if (known && steps != 0)
    __sync_fetch_and_add(known, 1);
  else if (steps != 0)
    bpf_map_update_elem(&known_ways, &hash, &first, BPF_NOEXIST);
  return true;
}

/* Sends a way, which may be used for another packet then. `flags`: of the record. Returns false if there is
 * nothing to be sent. */
static __noinline int close_way(__u64 way, __u32 flags) {
  struct ipft_counters *count = own_counters();
  struct ipft_way *closed = way_at(way);

  if (!count || way == 0)
    return false;
  if (closed && closed->sent.event.flags == 0)
    return false; /* it was closed before */
  if (closed && closed->sent.event.calls == 0) {
    closed->sent.event.flags = 0;
    free_way(way);
    return false;
  }
  __sync_fetch_and_add(&count->ended, 1);
  if (closed)
    __sync_fetch_and_add(&count->kept_calls, closed->sent.event.calls);
  if (!closed || !send_way(count, closed, flags))
    __sync_fetch_and_add(&count->lost_ways, 1);
  if (!closed)
    return false;
  closed->sent.event.calls = closed->sent.event.flags = 0;
  free_way(way);
  return true;
}

static __always_inline __u32 as_since(__u64 ns) {
  if (ns < IPFT_LONG)
    return ns;
  ns >>= IPFT_LONG_SHIFT;
  return ns < IPFT_LONG ? ns | IPFT_LONG : ~0U;
}

static __noinline int first_call(struct ipft_way *way, const struct sk_buff *skb, __u64 time_ns) {
  struct ipft_event read = {};
  union scratch scratch = {};

  read_skb(&read, skb, &scratch);
  way->sent.event.gso_size = read.gso_size;
  way->sent.event.first_ns = time_ns;
  way->sent.duration_ns = 0;
  return 0;
}

/* Adds a call to the way. */
static __always_inline void add_call(struct ipft_way *way, const struct sk_buff *skb, __u64 function_address,
                                     __u64 time_ns) {
  struct ipft_event *event = &way->sent.event;
  __u32 function = function_address;
  __u64 calls = event->calls;
  __u64 elapsed;

  if (calls == 0)
    first_call(way, skb, time_ns);
  elapsed = time_ns - event->first_ns;
  if (calls < IPFT_WAY_STEPS)
    way->steps[calls] =
        (struct ipft_step){.function = function, .since = as_since(elapsed - way->sent.duration_ns)};
  way->sent.duration_ns = elapsed;
  event->way = (event->way + function) * 0x9e3779b97f4a7c15ULL;
  event->way ^= event->way >> 29;
  event->calls = calls + 1;
}

/* For a packet without a way: at its first call, or while --sample has not chosen it. */
static __noinline int find_way(struct life *life, __u64 skb) {
  struct lived *known = bpf_map_lookup_elem(&lives, &skb);
  struct dying *released = known ? 0 : bpf_map_lookup_elem(&dying, &skb);

  if (!known && released)
    known = &released->life;
  return known ? open_way(life, skb, known) : 0;
}

/* There are no data. */
struct record {};

static __always_inline void *members_in(struct record *record) {
  (void)record;
  return 0;
}

static __always_inline int emit_call(void *ctx, const struct sk_buff *skb, struct hit *hit,
                                     struct record *record) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};
  struct ipft_way *way;

  (void)ctx;
  (void)record;
  if (!find_life(&life, (__u64)skb, hit))
    return 0;
  hit->moved_ns = life.time_ns;
  if (life.way == 0)
    find_way(&life, (__u64)skb);
  *hint_of((__u64)skb) = life.way;
  way = way_of(&life, (__u64)skb);
  if (way)
    add_call(way, skb, hit->function_address, life.time_ns);
  return 0;
}

/* Says what is known of a life by its end, if its way has no record that will say it. */
static __always_inline void tell_of_end(const struct sk_buff *skb, const struct life *life,
                                        struct ipft_way *way) {
  bool is_told = way && way->sent.event.calls != 0;

  if (life->call & IPFT_LAST)
    is_told = close_way(life->way, IPFT_LAST);
  else if (way)
    way->sent.event.flags = life->call & IPFT_ENDING ? IPFT_WAY | IPFT_ENDING : IPFT_WAY;
  if (!is_told)
    tell_end(skb, life);
}

/* Like emit_call(), for functions that end lives. */
static __always_inline int emit_end_call(void *ctx, const struct sk_buff *skb, const struct hit *hit) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};
  struct ipft_way *way;

  (void)ctx;
  if (!end_life(&life, skb, hit))
    return 0;
  note_end(&life, skb);
  way = way_of(&life, (__u64)skb);
  if (way && !(life.call & LIFE_HIDDEN))
    add_call(way, skb, hit->function_address, life.time_ns);
  tell_of_end(skb, &life, way);
  return 0;
}

#define LOOKS_AT_CALL 1
#include "emitters.h"

static __always_inline bool keeps(void *ctx, const struct sk_buff *skb, struct hit *hit, describer describe) {
  struct ipft_way *way = way_by_hint((__u64)skb);

  if (!way)
    return false;
  if (active == IPFT_ACTIVE) {
    describe(ctx, hit);
    add_call(way, skb, hit->function_address, bpf_ktime_get_ns());
  }
  return true;
}

#endif
