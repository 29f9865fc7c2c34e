/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* --drops: what the kernel says when it drops a packet. It is no call, so it has no return and no data. The
 * tracer that includes it says before what its events are: SENT_EVENT. */
#ifndef IPFT_DROP_H
#define IPFT_DROP_H

#include "lives.h"

/* The packet's life goes on: what frees it is called after this. */
static __noinline int emit_drop(void *ctx, const struct sk_buff *skb, const struct hit *hit) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};
  struct ipft_counters *count = own_counters();
  union {
    SENT_EVENT sent;
    struct ipft_event event;
  } message = {};

  if (!count || !find_life(&life, (__u64)skb, hit))
    return 0;
  message.event = (struct ipft_event){
      .time_ns = life.time_ns,
      .skb = (__u64)skb,
      .born_ns = life.born_ns,
      .function_address = hit->function_address,
      .mark = hit->mark,
      .flags = IPFT_DROP,
      .reason = hit->reason,
  };
  if (!is_wanted(count, &message.event, 1))
    return 0;
  read_skb(&message.event, skb);
  send(ctx, count, &message, sizeof(message));
  return 0;
}

/* kfree_skb: the skb, where it is dropped and, from Linux 5.17 on, why. The kernel refuses a program that
 * reads an argument that is not there. */
SEC("raw_tracepoint") int ipft_program_16(__u64 *ctx) {
  const struct sk_buff *skb = (void *)ctx[0];
  struct hit hit = {};

  if (!matches(ctx, skb, &hit))
    return 0;
  hit.function_address = ctx[1];
  if (settings.has_drop_reason)
    hit.reason = (__u32)ctx[2];
  return emit_drop(ctx, skb, &hit);
}
_Static_assert(IPFT_DROP_PROGRAM == 16, "ipft_program_16");

#endif
