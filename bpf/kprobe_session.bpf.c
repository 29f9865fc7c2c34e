/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for function_graph by the backend kprobe-multi: a kprobe session runs a program at the call, and,
 * if it returns 0, at the return of that call. */
#include "session.h"
#include "kprobe_address.h"

#define NO_PROBE 1
#define IS_RETURN(ctx) is_return(ctx)

static __always_inline int probe(struct pt_regs *ctx, const struct sk_buff *skb) {
  __u32 mark;

  if (is_return(ctx))
    return active == IPFT_INACTIVE ? 0 : emit_return(ctx, function_address(ctx), (__u64)cookie(ctx));
  if (!matches(skb, &mark))
    return NO_PROBE;
  return emit_call(ctx, skb, function_address(ctx), mark, (__u64)cookie(ctx));
}

static __always_inline int probe_end(struct pt_regs *ctx, const struct sk_buff *skb) {
  __u32 mark;

  if (is_return(ctx))
    return probe(ctx, skb);
  if (matches(skb, &mark))
    return emit_end_call(ctx, skb, function_address(ctx), mark, (__u64)cookie(ctx));
  end_unmarked(ctx, skb);
  return NO_PROBE;
}

#include "kprobe_slots.h"
#include "kprobe_cookie.h"

SEC("kprobe") int ipft_program_12(struct pt_regs *ctx) {
  return probe_by_cookie(ctx);
}
_Static_assert(IPFT_COOKIE_PROGRAM == 12, "ipft_program_12");
