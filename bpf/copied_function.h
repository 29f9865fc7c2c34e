/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Templates (copied.h) for the tracer `function`. Before including this, define describe(ctx, hit), which
 * fills in a hit. */
#ifndef IPFT_COPIED_FUNCTION_H
#define IPFT_COPIED_FUNCTION_H

#include "copied.h"
#include "function.h"

static __always_inline int probe(void *ctx, const struct sk_buff *skb, enum emitter emitter) {
  struct hit hit;

  return hits(ctx, skb, &hit, describe) ? EMIT(emitter, ctx, skb, &hit) : 0;
}

#endif
