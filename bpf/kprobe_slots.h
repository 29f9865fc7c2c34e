/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* One program per slot (ipft.h). The file that includes it says before what a program does:
 * probe(ctx, skb, emitter), which takes any skb where IS_RETURN(ctx), and NO_PROBE, what it returns where the
 * pointer to the skb cannot be read. */

static __always_inline int probe_pointer(struct pt_regs *ctx, const struct sk_buff **pointer) {
  const struct sk_buff *skb = 0;

  /* At a return the registers no longer hold the arguments. */
  if (!IS_RETURN(ctx) && bpf_probe_read_kernel(&skb, sizeof(skb), pointer) != 0)
    return NO_PROBE;
  return probe(ctx, skb, AT_CALL);
}

#define SLOT(slot, expression)                                                                               \
  SEC("kprobe") int ipft_program_##slot(struct pt_regs *ctx) {                                               \
    return expression;                                                                                       \
  }

SLOT(0, probe(ctx, (void *)ctx->di, AT_CALL))
SLOT(1, probe(ctx, (void *)ctx->si, AT_CALL))
SLOT(2, probe(ctx, (void *)ctx->dx, AT_CALL))
SLOT(3, probe(ctx, (void *)ctx->cx, AT_CALL))
SLOT(4, probe(ctx, (void *)ctx->r8, AT_CALL))
SLOT(5, probe(ctx, (void *)ctx->r9, AT_CALL))
SLOT(6, probe_pointer(ctx, (void *)ctx->di))
SLOT(7, probe_pointer(ctx, (void *)ctx->si))
SLOT(8, probe_pointer(ctx, (void *)ctx->dx))
SLOT(9, probe_pointer(ctx, (void *)ctx->cx))
SLOT(10, probe_pointer(ctx, (void *)ctx->r8))
SLOT(11, probe_pointer(ctx, (void *)ctx->r9))
SLOT(15, probe(ctx, (void *)ctx->di, AT_END))
_Static_assert(IPFT_END_PROGRAM == 15, "ipft_program_15");
