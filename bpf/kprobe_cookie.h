/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* For kprobe-multi: what serves every slot. The file that includes it says before what a kprobe program does:
 * KPROBE(ctx, skb, emitter), KPROBE_POINTER(ctx, pointer) and NO_PROBE (kprobe_slots.h). */

/* Detaching a link waits for RCU, so the positions that few functions have share one link: its cookies are
 * slots. Finding the cookie is a binary search, which frequent positions need not pay for. */
static __always_inline int probe_by_cookie(struct pt_regs *ctx) {
  __u32 slot = bpf_get_attach_cookie(ctx);

  if (slot == IPFT_END_PROGRAM)
    return KPROBE(ctx, (void *)ctx->di, AT_END);
  if (slot < IPFT_REGISTERS)
    return KPROBE(ctx, (void *)register_of(ctx, slot), AT_CALL);
  slot -= IPFT_REGISTERS;
  return slot < IPFT_REGISTERS ? KPROBE_POINTER(ctx, (void *)register_of(ctx, slot)) : NO_PROBE;
}
