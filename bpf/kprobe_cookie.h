/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* For kprobe-multi: a program for all slots. Before including this, define KPROBE(ctx, skb, emitter), which
 * is what a kprobe program does, IS_RETURN(ctx) and NO_PROBE (kprobe_slots.h). */

/* Detaching a link waits for RCU, so positions that few functions have share one link, whose cookies are
 * slots. The cookie lookup is a binary search, whose cost frequent positions avoid. There is one KPROBE() for
 * both kinds of slots, as the verifier looks at what it does once for each. */
static __always_inline int probe_by_cookie(struct pt_regs *ctx) {
  __u32 slot = bpf_get_attach_cookie(ctx);
  bool is_pointer = slot >= IPFT_REGISTERS;
  __u64 argument = register_of(ctx, is_pointer ? slot - IPFT_REGISTERS : slot);
  const struct sk_buff *skb = (void *)argument;

  if (is_pointer && !IS_RETURN(ctx) && bpf_probe_read_kernel(&skb, sizeof(skb), (void *)argument) != 0)
    return NO_PROBE;
  return KPROBE(ctx, skb, AT_CALL);
}
