/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The tracer `function_graph`: one event per call and one per return. A return has an event if and only if
 * its call had one; the skb may be freed by then, so only its address is sent. */
#ifndef IPFT_GRAPH_H
#define IPFT_GRAPH_H

#define SENT_EVENT struct ipft_graph_event
#include "ends.h"
#include "lives.h"
#include "snap.h"
#include "drop.h"

/* Identifies a call that has not returned. `call_id`: an address that no other open call of the function has.
 * If a return is missed, the next call with the same call_id takes over the entry. */
struct frame_key {
  __u64 call_id;
  __u64 function_address;
};

struct frame {
  __u64 skb;
  __u64 born_ns;
  __u64 time_ns;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, IPFT_FRAMES);
  __type(key, struct frame_key);
  __type(value, struct frame);
} frames SEC(".maps");

/* If the map is full the return is missed; the counters `calls` and `returns` show that. */
static __noinline int remember_call(const struct sk_buff *skb, const struct hit *hit,
                                    const struct life *life) {
  struct frame_key key = {.call_id = hit->call_id, .function_address = hit->function_address};
  struct frame frame = {.skb = (__u64)skb, .born_ns = life->born_ns, .time_ns = life->time_ns};

  return bpf_map_update_elem(&frames, &key, &frame, BPF_ANY);
}

/* For a call without an event: removes the entry of an earlier call with the same call_id, if it seems open,
 * so that this call's return is not taken for that one's. */
static __noinline int forget_call(const struct hit *hit) {
  struct frame_key key = {.call_id = hit->call_id, .function_address = hit->function_address};

  return bpf_map_delete_elem(&frames, &key);
}

struct record {
  struct ipft_graph_event graph;
  union event_data data;
};

static __always_inline void *members_in(struct record *record) {
  return record->data.members;
}

/* Returns false if the call has no event. Functions called from here are not inlined, to get stack frames of
 * their own: the stack is small. */
static __always_inline bool emit_event(void *ctx, const struct sk_buff *skb, const struct hit *hit,
                                       const struct life *life, struct record *record) {
  struct ipft_counters *count = own_counters();

  describe_event(&record->graph.event, skb, hit, life);
  record->graph.duration_ns = 0;
  if (!count)
    return false;
  if (!is_wanted(count, life->time_ns, life->choice, 2)) {
    tell_end(skb, life);
    return false;
  }
  read_skb_at_once(&record->graph.event, skb, &record->data, false);
  if (!read_data(ctx, skb, hit, life->born_ns, record->data.bytes)) {
    tell_end(skb, life);
    return false;
  }
  count_relative(count, life);
  __sync_fetch_and_add(&count->calls, 1);
  remember_call(skb, hit, life);
  send_event(count, skb, record, sizeof(record->graph));
  return true;
}

/* Returns 1 if the call is not shown, else 0. Not bool: for the verifier a byte has 256 values, and sessions
 * may return only two. */
static __always_inline int emit_call(void *ctx, const struct sk_buff *skb, struct hit *hit,
                                     struct record *record) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};
  bool is_shown = find_life(&life, (__u64)skb, hit) && emit_event(ctx, skb, hit, &life, record);

  if (!is_shown)
    forget_call(hit);
  hit->moved_ns = life.time_ns;
  return is_shown ? 0 : 1;
}

/* The record has a stack frame of its own: with what end_life() needs there is no room for it. */
static __noinline int emit_end_event(void *ctx, const struct sk_buff *skb, const struct hit *hit,
                                     const struct life *life) {
  struct record record;

  return emit_event(ctx, skb, hit, life, &record);
}

/* Like emit_call(), for functions that end lives. */
static __always_inline int emit_end_call(void *ctx, const struct sk_buff *skb, const struct hit *hit) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};

  if (end_life(&life, skb, hit)) {
    note_end(&life, skb);
    if (life.call & LIFE_HIDDEN || is_silent(&life))
      tell_end(skb, &life);
    else if (emit_end_event(ctx, skb, hit, &life))
      return 0;
  }
  forget_call(hit);
  return 1;
}

/* `flags`: IPFT_VALUED if `value`, the return value, is known. */
static __noinline int emit_return(__u64 function_address, __u64 call_id, __u64 value, __u32 flags) {
  struct frame_key key = {.call_id = call_id, .function_address = function_address};
  struct frame *frame = bpf_map_lookup_elem(&frames, &key);
  struct ipft_graph_event event = {.event = {.flags = IPFT_RETURN | flags}};
  struct ipft_counters *count;

  if (!frame)
    return 0;
  event.event.time_ns = bpf_ktime_get_ns();
  event.event.skb = frame->skb;
  event.event.born_ns = frame->born_ns;
  event.event.function_address = function_address;
  event.event.return_value = value;
  event.duration_ns = event.event.time_ns - frame->time_ns;
  event.event.tid = bpf_get_current_pid_tgid();
  bpf_map_delete_elem(&frames, &key);
  count = own_counters();
  if (!count)
    return 0;
  __sync_fetch_and_add(&count->returns, 1);
  send(count, &event, sizeof(event));
  return 0;
}

#define LOOKS_AT_CALL 0
#include "emitters.h"

#endif
