/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for the backends kprobe and kprobe-multi: they differ in the expected attach type only, which the
 * addon sets before load. */
#include "function.h"
#include "kprobe_address.h"

#define NO_PROBE 0
#define IS_RETURN(ctx) 0

static __always_inline int probe(struct pt_regs *ctx, const struct sk_buff *skb) {
  __u32 mark;

  if (!matches(skb, &mark))
    return 0;
  return emit(ctx, skb, function_address(ctx), mark);
}

static __always_inline int probe_end(struct pt_regs *ctx, const struct sk_buff *skb) {
  __u32 mark;

  if (!matches(skb, &mark))
    return end_unmarked(ctx, skb);
  return emit_end(ctx, skb, function_address(ctx), mark);
}

#include "kprobe_slots.h"
#include "kprobe_cookie.h"

SEC("kprobe") int ipft_program_12(struct pt_regs *ctx) {
  return probe_by_cookie(ctx);
}
_Static_assert(IPFT_COOKIE_PROGRAM == 12, "ipft_program_12");
