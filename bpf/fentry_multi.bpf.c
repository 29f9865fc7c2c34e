/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for the backend fentry-multi. */
#include "function.h"
#include "tracing_multi.h"

#define NO_PROBE 0
#define IS_RETURN(ctx) 0
#define returned(ctx) 0

static __always_inline int probe(void *ctx, const struct sk_buff *skb) {
  __u32 mark;

  if (!may_match(skb) || !matches(skb, &mark))
    return NO_PROBE;
  return emit(ctx, skb, bpf_get_func_ip(ctx), mark);
}

static __always_inline int probe_end(void *ctx, const struct sk_buff *skb) {
  __u32 mark;

  if (!may_match(skb) || !matches(skb, &mark))
    return end_unmarked(ctx, skb);
  return emit_end(ctx, skb, bpf_get_func_ip(ctx), mark);
}

#include "tracing_multi_slots.h"
