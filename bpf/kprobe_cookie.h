/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* For kprobe-multi: a program for all slots. Before including this, define KPROBE(ctx, skb, emitter),
 * KPROBE_POINTER(ctx, pointer), which is what a kprobe program does, and NO_PROBE (kprobe_slots.h). */

/* Detaching a link waits for RCU, so positions that few functions have share one link, whose cookies are
 * slots. The cookie lookup is a binary search, whose cost frequent positions avoid. */
static __always_inline int probe_by_cookie(struct pt_regs *ctx) {
  __u32 slot = bpf_get_attach_cookie(ctx);

  if (slot == IPFT_END_PROGRAM)
    return KPROBE(ctx, (void *)ctx->di, AT_END);
  if (slot < IPFT_REGISTERS)
    return KPROBE(ctx, (void *)register_of(ctx, slot), AT_CALL);
  slot -= IPFT_REGISTERS;
  return slot < IPFT_REGISTERS ? KPROBE_POINTER(ctx, (void *)register_of(ctx, slot)) : NO_PROBE;
}
