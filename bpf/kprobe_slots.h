/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* One program per slot (ipft.h). Before including this, define PROBE(ctx, skb, emitter), which ignores the
 * skb if IS_RETURN(ctx) and may evaluate it several times, probe(), the same as a function, and NO_PROBE, the
 * result of a program that cannot read the pointer to the skb. */

static __always_inline int probe_pointer(struct pt_regs *ctx, const struct sk_buff **pointer) {
  const struct sk_buff *skb = 0;

  /* At a return the registers no longer hold the arguments. */
  if (!IS_RETURN(ctx) && bpf_probe_read_kernel(&skb, sizeof(skb), pointer) != 0)
    return NO_PROBE;
  return probe(ctx, skb, AT_CALL);
}

#define SLOT(name, expression)                                                                               \
  SEC("kprobe") int name(struct pt_regs *ctx) {                                                              \
    return expression;                                                                                       \
  }

SLOT(ipft_arg1, PROBE(ctx, (void *)ARGUMENT(ctx, 0), AT_CALL))
SLOT(ipft_arg2, PROBE(ctx, (void *)ARGUMENT(ctx, 1), AT_CALL))
SLOT(ipft_arg3, PROBE(ctx, (void *)ARGUMENT(ctx, 2), AT_CALL))
SLOT(ipft_arg4, PROBE(ctx, (void *)ARGUMENT(ctx, 3), AT_CALL))
SLOT(ipft_arg5, PROBE(ctx, (void *)ARGUMENT(ctx, 4), AT_CALL))
SLOT(ipft_arg6, PROBE(ctx, (void *)ARGUMENT(ctx, 5), AT_CALL))
SLOT(ipft_arg1_ptr, probe_pointer(ctx, (void *)ARGUMENT(ctx, 0)))
SLOT(ipft_arg2_ptr, probe_pointer(ctx, (void *)ARGUMENT(ctx, 1)))
SLOT(ipft_arg3_ptr, probe_pointer(ctx, (void *)ARGUMENT(ctx, 2)))
SLOT(ipft_arg4_ptr, probe_pointer(ctx, (void *)ARGUMENT(ctx, 3)))
SLOT(ipft_arg5_ptr, probe_pointer(ctx, (void *)ARGUMENT(ctx, 4)))
SLOT(ipft_arg6_ptr, probe_pointer(ctx, (void *)ARGUMENT(ctx, 5)))
SLOT(ipft_end, PROBE(ctx, (void *)ARGUMENT(ctx, 0), AT_END))
