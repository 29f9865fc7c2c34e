/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a probe does with a call that matches. The tracer that includes this defines both functions,
 * emit_call() and emit_end_call(), LOOKS_AT_CALL, and struct record, what it builds on the stack for a call,
 * with members_in(). */
#ifndef IPFT_EMITTERS_H
#define IPFT_EMITTERS_H

#include "relations.h"

/* Selects one of them; passed to probes as a constant. */
enum emitter {
  AT_CALL,
  AT_END, /* for functions that end lives */
};

/* So that a miss has no cost. Programs need not call all of them. */
#define UNINLINED __noinline __attribute__((unused))

/* The tracer `ways` has a short way for calls with packets that it follows already: true if it has handled
 * the call. */
#ifdef KEEPS_WAYS
static __always_inline bool keeps(void *ctx, const struct sk_buff *skb, struct hit *hit, describer describe);
#else
#define keeps(ctx, skb, hit, describe) false
#endif

/* Flag of what a call's function returns besides its result: tell_of() has something to tell. */
#define MOVED 2

/* The functions `how`_look(), `how`_call() and `how`_end(), with a describer. A call looks for itself if the
 * tracer LOOKS_AT_CALL, unless there is a filter: the stack has no room for both, nor for the end of a life.
 */
#define EMITTERS(how, describe)                                                                              \
  static UNINLINED int how##_look(void *ctx, const struct sk_buff *skb, struct hit *hit) {                   \
    return hits(ctx, skb, hit, describe, SETTING(has_filter) != 0, 0);                                       \
  }                                                                                                          \
  static UNINLINED int how##_call(void *ctx, const struct sk_buff *skb, struct hit *hit) {                   \
    struct record record;                                                                                    \
    int result;                                                                                              \
                                                                                                             \
    if (keeps(ctx, skb, hit, describe))                                                                      \
      return NO_PROBE;                                                                                       \
    if (LOOKS_AT_CALL && SETTING(has_filter) == 0 &&                                                         \
        !hits(ctx, skb, hit, describe, false, members_in(&record)))                                          \
      return NO_PROBE;                                                                                       \
    result = emit_call(ctx, skb, hit, &record);                                                              \
    return has_moved(hit) ? result | MOVED : result;                                                         \
  }                                                                                                          \
  static UNINLINED int how##_end(void *ctx, const struct sk_buff *skb, struct hit *hit) {                    \
    return emit_end_call(ctx, skb, hit);                                                                     \
  }

/* What a program does with a call; the result depends on the tracer, and is NO_PROBE if nothing was done.
 * `how`: of EMITTERS(); identify(ctx, hit) sets hit->call_id. `skb`, an expression of the variable ctx, is
 * evaluated at each step, for which ctx is read again: registers that are kept from step to step would have
 * to be saved and restored by each call that does not match. */
#define PROBE_WITH(ctx, skb, emitter, how, identify)                                                         \
  ({                                                                                                         \
    void *volatile kept = (void *)(ctx);                                                                     \
    bool looks_first = (emitter) != AT_CALL || !LOOKS_AT_CALL;                                               \
    const struct sk_buff *seen;                                                                              \
    struct hit hit;                                                                                          \
    int result = NO_PROBE;                                                                                   \
                                                                                                             \
    if (may_match(skb)) {                                                                                    \
      ctx = kept;                                                                                            \
      if ((!looks_first && SETTING(has_filter) == 0) ||                                                      \
          (seen = skb, ctx = kept, how##_look(ctx, seen, &hit))) {                                           \
        ctx = kept;                                                                                          \
        identify(ctx, &hit);                                                                                 \
        seen = skb;                                                                                          \
        ctx = kept;                                                                                          \
        hit.answer = (emitter) == AT_CALL ? how##_call(ctx, seen, &hit) : how##_end(ctx, seen, &hit);        \
        if ((emitter) == AT_CALL && hit.answer & MOVED) {                                                    \
          ctx = kept;                                                                                        \
          tell_of(skb, &hit);                                                                                \
        }                                                                                                    \
        result = hit.answer & 1;                                                                             \
      }                                                                                                      \
    }                                                                                                        \
    result;                                                                                                  \
  })

static __always_inline void identify_nothing(void *ctx, struct hit *hit) {
  (void)ctx;
  (void)hit;
}

#endif
