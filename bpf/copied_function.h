/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What templates (copied.h) of the tracer `function` do. The file that includes it says before how a call is
 * described: describe(ctx, hit). */
#ifndef IPFT_COPIED_FUNCTION_H
#define IPFT_COPIED_FUNCTION_H

#include "copied.h"
#include "function.h"

static __always_inline int probe(void *ctx, const struct sk_buff *skb, enum emitter emitter) {
  struct hit hit = {};

  return hits(ctx, skb, &hit, describe) ? EMIT(emitter, ctx, skb, &hit) : 0;
}

#endif
