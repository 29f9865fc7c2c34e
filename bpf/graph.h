/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The tracer `function_graph`: an event for each call and one for its return. A return has an event if, and
 * only if, its call had one; by then the skb may be freed, so only its address is told. */
#ifndef IPFT_GRAPH_H
#define IPFT_GRAPH_H

#define SENT_EVENT struct ipft_graph_event
#include "lives.h"

/* A call that has not returned. The place is an address that no other live call of the function has; where a
 * return is never seen, the next call in the same place takes the entry over. */
struct frame_key {
  __u64 place;
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

static __always_inline void emit_event(void *ctx, const struct sk_buff *skb, __u32 mark,
                                       const struct frame_key *key, const struct life *life) {
  struct ipft_counters *count = own_counters();
  struct ipft_graph_event event = {
      .event = {.time_ns = life->time_ns,
                .skb = (__u64)skb,
                .born_ns = life->born_ns,
                .function_address = key->function_address,
                .mark = mark,
                .flags = life->flags,
                .tid = bpf_get_current_pid_tgid()},
  };
  struct frame frame = {.skb = (__u64)skb, .born_ns = life->born_ns, .time_ns = life->time_ns};

  if (!count)
    return;
  if (!is_wanted(count, &event.event, 2)) {
    tell_end(ctx, skb, life);
    return;
  }
  read_skb(&event.event, skb);
  __sync_fetch_and_add(&count->calls, 1);
  /* Without an entry the return is not seen, which `calls` and `returns` tell. */
  bpf_map_update_elem(&frames, key, &frame, BPF_ANY);
  send(ctx, count, &event, sizeof(event));
}

static __noinline int emit_call(void *ctx, const struct sk_buff *skb, __u64 function_address, __u32 mark,
                                __u64 place) {
  struct frame_key key = {.place = place, .function_address = function_address};
  struct life life = {.time_ns = bpf_ktime_get_ns()};

  find_life(&life, (__u64)skb, function_address);
  emit_event(ctx, skb, mark, &key, &life);
  return 0;
}

/* The same where lives end. Returns 1 if the call is not shown. */
static __noinline int emit_end_call(void *ctx, const struct sk_buff *skb, __u64 function_address, __u32 mark,
                                    __u64 place) {
  struct frame_key key = {.place = place, .function_address = function_address};
  struct life life = {.time_ns = bpf_ktime_get_ns()};

  end_life(&life, skb, function_address);
  if (life.hidden)
    tell_end(ctx, skb, &life);
  else
    emit_event(ctx, skb, mark, &key, &life);
  return life.hidden;
}

static __noinline int emit_return(void *ctx, __u64 function_address, __u64 place) {
  struct frame_key key = {.place = place, .function_address = function_address};
  struct frame *frame = bpf_map_lookup_elem(&frames, &key);
  struct ipft_graph_event event = {.event = {.flags = IPFT_RETURN}};
  struct ipft_counters *count;

  if (!frame)
    return 0;
  event.event.time_ns = bpf_ktime_get_ns();
  event.event.skb = frame->skb;
  event.event.born_ns = frame->born_ns;
  event.event.function_address = function_address;
  event.duration_ns = event.event.time_ns - frame->time_ns;
  event.event.tid = bpf_get_current_pid_tgid();
  bpf_map_delete_elem(&frames, &key);
  count = own_counters();
  if (!count)
    return 0;
  __sync_fetch_and_add(&count->returns, 1);
  send(ctx, count, &event, sizeof(event));
  return 0;
}

#endif
