/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for the backends kprobe and kprobe-multi: they differ in the expected attach type only, which the
 * addon sets before load. One program per slot (ipft.h). */
#include "body.h"

/* Without the helper the address is that of the breakpoint, or of what stands for one: before the instruction
 * pointer. The verifier never sees the branch that the settings rule out, so an old kernel does not mind the
 * helper in it. */
static __always_inline __u64 function_address(struct pt_regs *ctx) {
  return settings.has_func_ip ? bpf_get_func_ip(ctx) : ctx->ip - 1;
}

static __always_inline int probe(struct pt_regs *ctx, const struct sk_buff *skb) {
  __u32 mark;

  if (!matches(skb, &mark))
    return 0;
  return emit(ctx, skb, function_address(ctx), mark);
}

static __always_inline int probe_pointer(struct pt_regs *ctx, const struct sk_buff **pointer) {
  const struct sk_buff *skb;

  if (bpf_probe_read_kernel(&skb, sizeof(skb), pointer) != 0)
    return 0;
  return probe(ctx, skb);
}

#define SLOT(slot, expression)                                                                               \
  SEC("kprobe") int ipft_program_##slot(struct pt_regs *ctx) {                                               \
    return expression;                                                                                       \
  }

SLOT(0, probe(ctx, (void *)ctx->di))
SLOT(1, probe(ctx, (void *)ctx->si))
SLOT(2, probe(ctx, (void *)ctx->dx))
SLOT(3, probe(ctx, (void *)ctx->cx))
SLOT(4, probe(ctx, (void *)ctx->r8))
SLOT(5, probe(ctx, (void *)ctx->r9))
SLOT(6, probe_pointer(ctx, (void *)ctx->di))
SLOT(7, probe_pointer(ctx, (void *)ctx->si))
SLOT(8, probe_pointer(ctx, (void *)ctx->dx))
SLOT(9, probe_pointer(ctx, (void *)ctx->cx))
SLOT(10, probe_pointer(ctx, (void *)ctx->r8))
SLOT(11, probe_pointer(ctx, (void *)ctx->r9))

/* Detaching a link waits for RCU, so the positions that few functions have share one link: its cookies are
 * slots. Finding the cookie is a binary search, which frequent positions need not pay for. */
SEC("kprobe") int ipft_program_12(struct pt_regs *ctx) {
  unsigned long arguments[IPFT_REGISTERS] = {ctx->di, ctx->si, ctx->dx, ctx->cx, ctx->r8, ctx->r9};
  __u32 slot = bpf_get_attach_cookie(ctx);

  if (slot < IPFT_REGISTERS)
    return probe(ctx, (void *)arguments[slot]);
  slot -= IPFT_REGISTERS;
  return slot < IPFT_REGISTERS ? probe_pointer(ctx, (void *)arguments[slot]) : 0;
}
_Static_assert(IPFT_COOKIE_PROGRAM == 12, "ipft_program_12");
