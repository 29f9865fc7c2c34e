/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for the backends kprobe and kprobe-multi: they differ in the expected attach type only, which the
 * addon sets before load. One program per slot (ipft.h). */
#include "body.h"

static __always_inline int probe(struct pt_regs *ctx, const struct sk_buff *skb) {
  __u32 mark;

  if (!matches(skb, &mark))
    return 0;
  return emit(ctx, skb, bpf_get_func_ip(ctx), mark);
}

static __always_inline int probe_pointer(struct pt_regs *ctx, const struct sk_buff **pointer) {
  const struct sk_buff *skb;

  if (bpf_probe_read_kernel(&skb, sizeof(skb), pointer) != 0)
    return 0;
  return probe(ctx, skb);
}

#define PROGRAMS(slot, pointer_slot, reg)                                                                    \
  SEC("kprobe") int ipft_slot_##slot(struct pt_regs *ctx) { return probe(ctx, (void *)ctx->reg); }           \
  SEC("kprobe") int ipft_slot_##pointer_slot(struct pt_regs *ctx) {                                          \
    return probe_pointer(ctx, (void *)ctx->reg);                                                             \
  }

PROGRAMS(0, 6, di)
PROGRAMS(1, 7, si)
PROGRAMS(2, 8, dx)
PROGRAMS(3, 9, cx)
PROGRAMS(4, 10, r8)
PROGRAMS(5, 11, r9)
