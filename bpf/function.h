/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The tracer `function`: an event for each call. */
#ifndef IPFT_FUNCTION_H
#define IPFT_FUNCTION_H

#define SENT_EVENT struct ipft_event
#include "lives.h"

static __always_inline void emit_event(void *ctx, const struct sk_buff *skb, __u64 function_address,
                                       __u32 mark, const struct life *life) {
  struct ipft_counters *count = own_counters();
  struct ipft_event event = {
      .time_ns = life->time_ns,
      .skb = (__u64)skb,
      .born_ns = life->born_ns,
      .function_address = function_address,
      .mark = mark,
      .flags = life->flags,
      .tid = bpf_get_current_pid_tgid(),
  };

  if (!count)
    return;
  if (!is_wanted(count, &event, 1)) {
    tell_end(ctx, skb, life);
    return;
  }
  read_skb(&event, skb);
  send(ctx, count, &event, sizeof(event));
}

/* Out of line, so that a miss pays for nothing of it. */
static __noinline int emit(void *ctx, const struct sk_buff *skb, __u64 function_address, __u32 mark) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};

  find_life(&life, (__u64)skb, function_address);
  emit_event(ctx, skb, function_address, mark, &life);
  return 0;
}

/* The same where lives end. */
static __noinline int emit_end(void *ctx, const struct sk_buff *skb, __u64 function_address, __u32 mark) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};

  end_life(&life, skb, function_address);
  if (life.hidden)
    tell_end(ctx, skb, &life);
  else
    emit_event(ctx, skb, function_address, mark, &life);
  return 0;
}

#endif
