/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Templates (copied.h) for the tracer `function`. Before including this, define describe(ctx, hit), which
 * fills in a hit. */
#ifndef IPFT_COPIED_FUNCTION_H
#define IPFT_COPIED_FUNCTION_H

#include "copied.h"
#include "tracer.h"

#define NO_PROBE 0

EMITTERS(by_copy, describe)

static __always_inline int probe(void *ctx, const struct sk_buff *skb, enum emitter emitter) {
  PROBE_WITH(ctx, skb, emitter, by_copy, identify_nothing);
  return 0; /* as a tracing program must */
}

#endif
