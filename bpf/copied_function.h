/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What templates (copied.h) of the tracer `function` do. */
#ifndef IPFT_COPIED_FUNCTION_H
#define IPFT_COPIED_FUNCTION_H

#include "copied.h"
#include "function.h"

static __always_inline int probe(void *ctx, const struct sk_buff *skb) {
  __u32 mark;

  return matches(skb, &mark) ? emit(ctx, skb, function_address(), mark) : 0;
}

static __always_inline int probe_end(void *ctx, const struct sk_buff *skb) {
  __u32 mark;

  return matches(skb, &mark) ? emit_end(ctx, skb, function_address(), mark) : end_unmarked(ctx, skb);
}

#endif
