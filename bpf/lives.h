/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A packet is one life of an skb, not its address, which the kernel reuses. A life is identified by the time
 * of its first event, which every event carries. docs/architecture.md describes where a life ends. The tracer
 * that includes this defines SENT_EVENT, the type of its events, before. */
#ifndef IPFT_LIVES_H
#define IPFT_LIVES_H

#include "direct_lives.h"
#include "place.h"
#include "rationing.h"

struct dying {
  struct lived life;
  __u64 destructor; /* destructor that has not been called yet; 0: none */
};

/* skb -> a life that was released. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1); /* set before load to the number of `releases` on all CPUs, plus a few */
  __type(key, __u64);
  __type(value, struct dying);
} dying SEC(".maps");

struct release {
  __u64 skb;
  __u64 born_ns;
};

/* Ring of the last releases on each CPU, settings.releases entries long. Not every released life is seen to
 * end, so the oldest one is forgotten. An LRU map would evict lives without notice, and followers() would
 * count those forever. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1); /* set before load, for all CPUs together */
  __type(key, __u32);
  __type(value, struct release);
} releases SEC(".maps");

/* An skb that was made for an XDP program, by its head. The program may redirect the packet or send it back:
 * the skb is then freed, and its head goes on as a frame, from which another skb is built. */
struct freed_head {
  struct lived life;
  __u64 skb;
  __u64 freed_ns;
  __u32 len;
};
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1); /* set to IPFT_HEADS before load if rebuilt packets are followed */
  __type(key, __u64);
  __type(value, struct freed_head);
} heads SEC(".maps");

enum life_flags {
  LIFE_KNOWN = 64,   /* the packet had an event before */
  LIFE_HIDDEN = 128, /* the function was not selected */
};

/* The part of an event that concerns its packet's life. Programs have room for 32 bytes on their stack. */
struct life {
  __u64 time_ns;
  union {
    struct lived own;
    struct {
      __u64 born_ns;
      __u32 choice;
      __u8 lived_flags;
      __u8 call; /* of this call only, without a meaning in the map: enum ipft_flags, or enum life_flags */
      __u16 place;
      union {
        __u64 device;
        __u64 way;
      };
    };
  };
};
_Static_assert(sizeof(struct life) == 32, "stack");
_Static_assert(LIFE_HIDDEN == IPFT_ROLE_HIDDEN, "taken from a role");

static __always_inline bool is_related(const struct life *life) {
  return life->lived_flags & LIVED_RELATED;
}

static __always_inline bool is_silent(const struct life *life) {
  return life->lived_flags & LIVED_SILENT;
}

static __always_inline void take(struct life *life, const struct lived *known) {
  life->own = *known;
  life->call = 0;
}

/* What only a tracer has that keeps something of each life (ways.h). */
#ifdef KEEPS_WAYS
#define WATCHES_MOVES 0
#define NOT_THERE ~0ULL
static int open_way(struct life *life, __u64 skb, struct lived *known);
static int close_way(__u64 way, __u32 flags);
static __always_inline void tell_calls(struct ipft_event *relation, const struct lived *parent);
/* `map`: lives or dying, whose values begin alike. */
static __always_inline __u64 way_in(void *map, __u64 *skb) {
  struct lived *known = bpf_map_lookup_elem(map, skb);

  return known ? known->way : NOT_THERE;
}
#else
#define WATCHES_MOVES 1
#define NOT_THERE ~0ULL
#define open_way(life, skb, known) ((void)0)
#define close_way(way, flags) ((void)(way), (void)(flags))
#define tell_calls(relation, parent) ((void)0)
#define way_in(map, skb) 0
#endif

/* Flags of the event. */
static __always_inline __u32 flags_of(const struct life *life) {
  return life->call & ~(LIFE_KNOWN | LIFE_HIDDEN);
}

/* Returns an enum ipft_role; only few calls need to know it. */
static __always_inline __u32 role_of(__u64 function_address) {
#pragma unroll
  for (int i = 0; i < IPFT_ROLES; i++)
    if (settings.roles[i].function_address == function_address)
      return settings.roles[i].role;
  return IPFT_ORDINARY;
}

static __always_inline void count_untracked(void) {
  struct ipft_counters *count = own_counters();

  if (count)
    __sync_fetch_and_add(&count->untracked, 1);
}

static __always_inline void count_relative(struct ipft_counters *count, const struct life *life) {
  if (life->lived_flags & LIVED_FOLLOWED)
    __sync_fetch_and_add(&count->followed, 1);
}

static __always_inline bool forget(void *map, __u64 *skb) {
  if (map == &lives)
    return delete_life(skb);
  if (bpf_map_delete_elem(map, skb) != 0)
    return false;
  __sync_fetch_and_add(followers(*skb), -1);
  return true;
}

/* Forgets a life whose end was not seen. `flags`: IPFT_LAST if it has ended nevertheless. */
static __always_inline void forget_unended(void *map, __u64 *skb, __u32 flags) {
  __u64 way = way_in(map, skb);

  if (way != NOT_THERE && forget(map, skb))
    close_way(way, flags);
}

/* Sets born_ns to 0 if the map is full. */
static __always_inline void begin_life(struct life *life, __u64 skb) {
  struct lived *known;

  if (add_life(&skb, &life->own))
    return;
  known = bpf_map_lookup_elem(&lives, &skb); /* another CPU was faster */
  if (known) {
    __u8 call = life->call;

    take(life, known);
    life->call = call;
    return;
  }
  count_untracked();
  close_way(life->way, 0);
  life->born_ns = life->way = 0;
}

/* True if a call belongs to a released life, rather than to a new one at the same address. */
static __always_inline bool is_of(struct dying *life, __u64 function_address) {
  __u32 role = role_of(function_address);

  if (role == IPFT_UNCHARGES && life->destructor != 0) {
    life->destructor = 0; /* it is called once in a life */
    return true;
  }
  return role == IPFT_FREES || function_address == life->destructor;
}

/* True if the life of a matching packet may begin here. */
static __always_inline bool may_begin(const struct sk_buff *skb, const struct hit *hit) {
  if (!hit->is_wanted)
    return false;
#pragma unroll
  for (int i = 0; i < IPFT_FREED; i++)
    if (settings.asks_behind_head && settings.freed[i] == hit->function_address)
      return false;
#pragma unroll
  for (int i = 0; i < IPFT_UNWRITTEN; i++)
    if (settings.asks_bytes && settings.unwritten[i] == hit->function_address)
      return false;
  if (settings.asks_bytes)
    return packet_start(skb) != 0;
  return !settings.asks_mark || has_own_mark(skb);
}

/* The same in a function of its own: the verifier takes time for each instruction of a program. */
static __noinline int may_begin_here(const struct sk_buff *skb, const struct hit *hit) {
  return may_begin(skb, hit);
}

static __always_inline int first_event(struct life *life, __u64 skb, struct hit *hit) {
  struct dying *released = bpf_map_lookup_elem(&dying, &skb);

  if (released && is_of(released, hit->function_address)) {
    take(life, &released->life);
    return !(released->life.flags & LIVED_SILENT);
  }
  if (released) /* the end of that life was not seen: the skb has another packet now */
    forget_unended(&dying, &skb, IPFT_LAST);
  if (!may_begin_here((const void *)skb, hit))
    return false;
  life->born_ns = life->time_ns;
  life->choice = choice_of(skb, life->born_ns);
  hit->moved = MOVED_IN;
  begin_life(life, skb);
  return true;
}

/* A packet of which only relatives were shown so far; from now on it is shown if it matches itself. */
static __always_inline int may_speak(struct lived *known, __u64 skb, const struct hit *hit) {
  if (!may_begin_here((const void *)skb, hit))
    return false;
  known->flags &= ~LIVED_SILENT;
  return true;
}

/* True if the call changes nothing of its packet's life, which is all that there is to most calls. */
static __always_inline bool finds_unchanged(struct life *life, __u64 skb, const struct hit *hit) {
  const struct lived *known = direct_life(skb);

  if (!is_direct(skb) || known->flags & LIVED_SILENT ||
      (SETTING(follows) != 0 && changes(known, skb, hit->mark)))
    return false;
  take(life, known);
  return true;
}

/* All other calls. */
static __noinline int find_in_map(struct life *life, __u64 skb, struct hit *hit) {
  struct lived *known = bpf_map_lookup_elem(&lives, &skb);

  if (!known)
    return first_event(life, skb, hit);
  take(life, known);
  if (is_silent(life) && !may_speak(known, skb, hit))
    return false;
  if (WATCHES_MOVES && SETTING(follows) != 0)
    hit->moved = watch(known, (const void *)skb, hit->mark, life->time_ns);
  renew_direct(skb, known);
  return true;
}

/* Returns false if the packet is not followed and does not begin a life here. */
static __always_inline bool find_life(struct life *life, __u64 skb, struct hit *hit) {
  return finds_unchanged(life, skb, hit) || find_in_map(life, skb, hit);
}

/* What an event has of its call, besides what is read from the skb. Members are set one by one, in this
 * order: otherwise the compiler keeps them on the stack meanwhile, which has no room. */
static __always_inline void describe_event(struct ipft_event *event, const struct sk_buff *skb,
                                           const struct hit *hit, const struct life *life) {
  event->tid = bpf_get_current_pid_tgid();
  event->time_ns = life->time_ns;
  event->skb = (__u64)skb;
  event->born_ns = life->born_ns;
  event->function_address = hit->function_address;
  event->mark = hit->mark;
  event->flags = flags_of(life) | (is_related(life) ? IPFT_RELATED : 0);
}

/* An event without data. */
union message {
  SENT_EVENT sent;
  struct ipft_event event;
};

/* Sends a hidden event, which reports the end of a packet without showing a call. */
static __noinline int tell_end(const struct sk_buff *skb, const struct life *life) {
  union message message = {};

  if (!settings.reports_ends || !(life->call & LIFE_KNOWN) || flags_of(life) == 0 || !picks(life->choice))
    return 0;
  message.event.time_ns = life->time_ns;
  message.event.skb = (__u64)skb;
  message.event.born_ns = life->born_ns;
  message.event.flags = flags_of(life) | IPFT_HIDDEN;
  tell(&message, sizeof(message));
  return 0;
}

#endif
