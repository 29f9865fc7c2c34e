/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The tracer `function`: one event per call. */
#ifndef IPFT_FUNCTION_H
#define IPFT_FUNCTION_H

#define SENT_EVENT struct ipft_event
#include "lives.h"
#include "snap.h"
#include "drop.h"

/* Functions called from here are not inlined, to get stack frames of their own: the stack is small. */
static __always_inline int emit_event(void *ctx, const struct sk_buff *skb, const struct hit *hit,
                                      const struct life *life) {
  struct ipft_counters *count = own_counters();
  struct {
    struct ipft_event event;
    union {
      __u8 data[IPFT_DATA];
      union scratch scratch;
    };
  } message;

  describe_event(&message.event, skb, hit, life);
  if (!count)
    return 0;
  if (!is_wanted(count, life->time_ns, life->choice, 1))
    return tell_end(skb, life);
  read_skb(&message.event, skb, &message.scratch);
  if (!read_data(ctx, skb, hit, life->born_ns, message.data))
    return tell_end(skb, life);
  count_relative(count, life);
  send_event(count, skb, &message, sizeof(message.event));
  return 0;
}

static __always_inline int emit_call(void *ctx, const struct sk_buff *skb, struct hit *hit) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};

  if (find_life(&life, (__u64)skb, hit))
    emit_event(ctx, skb, hit, &life);
  hit->moved_ns = life.time_ns;
  return 0;
}

/* Like emit_call(), for functions that end lives. */
static __always_inline int emit_end_call(void *ctx, const struct sk_buff *skb, const struct hit *hit) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};

  if (!end_life(&life, skb, hit))
    return 0;
  note_end(&life, skb);
  if (life.call & LIFE_HIDDEN || is_silent(&life))
    tell_end(skb, &life);
  else
    emit_event(ctx, skb, hit, &life);
  return 0;
}

#define LOOKS_AT_CALL 1
#include "emitters.h"

#endif
