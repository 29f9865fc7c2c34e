/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for function_graph by the backend fentry-multi: a tracing session runs a program at each call and
 * at each return, whatever it returned at the call. The cookie, which is 0 when the call is made, tells the
 * calls that had an event. */
#include "session.h"
#include "tracing_multi.h"

#define NO_PROBE 1
#define IS_RETURN(ctx) is_return(ctx)

static __always_inline int probe(void *ctx, const struct sk_buff *skb) {
  __u64 *seen;
  __u32 mark;

  if (!may_match(skb) || !matches(skb, &mark))
    return NO_PROBE;
  seen = cookie(ctx);
  *seen = 1;
  return emit_call(ctx, skb, bpf_get_func_ip(ctx), mark, (__u64)seen);
}

static __always_inline int probe_end(void *ctx, const struct sk_buff *skb) {
  __u64 *seen = cookie(ctx);
  __u32 mark;

  if (!may_match(skb) || !matches(skb, &mark)) {
    end_unmarked(ctx, skb);
    return NO_PROBE;
  }
  *seen = 1;
  if (emit_end_call(ctx, skb, bpf_get_func_ip(ctx), mark, (__u64)seen) == 0)
    return 0;
  *seen = 0;
  return NO_PROBE;
}

static __always_inline int returned(void *ctx) {
  __u64 *seen = cookie(ctx);

  if (*seen == 0 || active == IPFT_INACTIVE)
    return 0;
  return emit_return(ctx, bpf_get_func_ip(ctx), (__u64)seen);
}

#include "tracing_multi_slots.h"
