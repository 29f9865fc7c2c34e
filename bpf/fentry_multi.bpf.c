/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for the backend fentry-multi. */
#include "function.h"
#include "tracing_multi.h"

#define NO_PROBE 0
#define IS_RETURN(ctx) 0
#define returned(ctx, by_kprobe) 0

static __always_inline int probe_with(void *ctx, const struct sk_buff *skb, describer describe,
                                      enum emitter emitter) {
  struct hit hit;

  return hits(ctx, skb, &hit, describe) ? EMIT(emitter, ctx, skb, &hit) : NO_PROBE;
}

#include "tracing_multi_slots.h"
