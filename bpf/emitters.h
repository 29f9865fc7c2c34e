/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a probe does with a call that matches. The tracer that includes this defines both functions,
 * emit_call() and emit_end_call(). */
#ifndef IPFT_EMITTERS_H
#define IPFT_EMITTERS_H

#include "relations.h"

/* Selects one of them; passed to probes as a constant. */
enum emitter {
  AT_CALL,
  AT_END, /* for functions that end lives */
};

/* The result depends on the tracer. This is a macro rather than a function pointer: with a pointer the
 * compiler keeps a result that the program does not use, which costs 2 instructions per hit. */
#define EMIT(emitter, ctx, skb, hit)                                                                         \
  ({                                                                                                         \
    int result;                                                                                              \
                                                                                                             \
    if ((emitter) == AT_CALL) {                                                                              \
      result = emit_call(ctx, skb, hit);                                                                     \
      tell_of(skb, hit);                                                                                     \
    } else {                                                                                                 \
      result = emit_end_call(ctx, skb, hit);                                                                 \
    }                                                                                                        \
    result;                                                                                                  \
  })

#endif
