/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Templates (copied.h), one per slot (ipft.h). Before including this, define argument(ctx, index) and
 * probe(ctx, skb, emitter). */

static __always_inline int probe_pointer(__u64 *ctx, const struct sk_buff **pointer) {
  const struct sk_buff *skb;

  if (bpf_probe_read_kernel(&skb, sizeof(skb), pointer) != 0)
    return 0;
  return probe(ctx, skb, AT_CALL);
}

/* ctx: the arguments, 8 bytes each. */
#define SLOT(name, expression)                                                                               \
  SEC("raw_tracepoint") int name(__u64 *ctx) {                                                               \
    return expression;                                                                                       \
  }

#define PROBE probe
#include "argument_slots.h"
