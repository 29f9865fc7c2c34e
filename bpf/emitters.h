/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a probe does with a call that matches. The tracer that includes it defines both, emit_call() and
 * emit_end_call(). */
#ifndef IPFT_EMITTERS_H
#define IPFT_EMITTERS_H

/* Which of them; a constant that probes are passed. */
enum emitter {
  AT_CALL,
  AT_END, /* of the functions where lives end */
};

/* What it returns is the tracer's. A macro, and no pointer to a function: else the compiler keeps a result
 * that the program does not use, which costs each hit 2 instructions. */
#define EMIT(emitter, ctx, skb, hit)                                                                         \
  ((emitter) == AT_CALL ? emit_call(ctx, skb, hit) : emit_end_call(ctx, skb, hit))

#endif
