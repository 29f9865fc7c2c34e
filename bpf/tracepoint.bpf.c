/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for the backend tracepoint, one per slot (ipft.h). They are templates: a raw tracepoint's program
 * is not told where it runs (attach cookies came with kernel 6.10), so the addon loads a copy for each
 * tracepoint with the tracepoint's id in place of IPFT_TRACEPOINT_ID. */
#include "body.h"

static __always_inline __u64 tracepoint_id(void) {
  __u64 id;

  /* In assembly, so that the compiler neither splits nor computes with it. */
  asm volatile("%0 = %1 ll" : "=r"(id) : "i"(IPFT_TRACEPOINT_ID));
  return id;
}

static __always_inline int probe(__u64 *ctx, const struct sk_buff *skb) {
  __u32 mark;

  if (!matches(skb, &mark))
    return 0;
  return emit(ctx, skb, tracepoint_id(), mark);
}

static __always_inline int probe_pointer(__u64 *ctx, const struct sk_buff **pointer) {
  const struct sk_buff *skb;

  if (bpf_probe_read_kernel(&skb, sizeof(skb), pointer) != 0)
    return 0;
  return probe(ctx, skb);
}

/* ctx: the tracepoint's arguments, 8 bytes each, as struct bpf_raw_tracepoint_args has them. */
#define SLOT(slot, expression)                                                                               \
  SEC("raw_tracepoint") int ipft_program_##slot(__u64 *ctx) {                                                \
    return expression;                                                                                       \
  }

SLOT(0, probe(ctx, (void *)ctx[0]))
SLOT(1, probe(ctx, (void *)ctx[1]))
SLOT(2, probe(ctx, (void *)ctx[2]))
SLOT(3, probe(ctx, (void *)ctx[3]))
SLOT(4, probe(ctx, (void *)ctx[4]))
SLOT(5, probe(ctx, (void *)ctx[5]))
SLOT(6, probe_pointer(ctx, (void *)ctx[0]))
SLOT(7, probe_pointer(ctx, (void *)ctx[1]))
SLOT(8, probe_pointer(ctx, (void *)ctx[2]))
SLOT(9, probe_pointer(ctx, (void *)ctx[3]))
SLOT(10, probe_pointer(ctx, (void *)ctx[4]))
SLOT(11, probe_pointer(ctx, (void *)ctx[5]))
