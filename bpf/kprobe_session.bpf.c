/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for function_graph by the backend kprobe-multi: a kprobe session runs a program at the call and,
 * if it returns 0 there, at the return of that call. */
#include "graph.h"
#include "session_kfuncs.h"
#include "kprobe_address.h"

#define NO_PROBE 1
#define IS_RETURN(ctx) is_return(ctx)

EMITTERS(by_kprobe, describe)

static __always_inline int returned(struct pt_regs *ctx) {
  if (active == IPFT_INACTIVE)
    return 0;
  return emit_return(function_address(ctx), (__u64)cookie(ctx), RESULT(ctx), IPFT_VALUED);
}

static __always_inline void identify(struct pt_regs *ctx, struct hit *hit) {
  hit->call_id = (__u64)cookie(ctx);
}

#define PROBE(ctx, skb, emitter)                                                                             \
  (is_return(ctx) ? returned(ctx) : PROBE_WITH(ctx, skb, emitter, by_kprobe, identify))

static __always_inline int probe(struct pt_regs *ctx, const struct sk_buff *skb, enum emitter emitter) {
  return PROBE(ctx, skb, emitter);
}

#include "kprobe_slots.h"

#define KPROBE probe
#include "kprobe_cookie.h"
#include "candidates.h"
#include "kprobe_tie.h"

SEC("kprobe") int ipft_cookie(struct pt_regs *ctx) {
  return probe_by_cookie(ctx);
}

#define RETURNED(ctx) returned(ctx)
#include "merge_session.h"

SEC("kprobe") int ipft_tie(struct pt_regs *ctx) {
  return IS_RETURN(ctx) ? returned(ctx) : probe_tie_registers(ctx);
}

SEC("kprobe") int ipft_candidate(struct pt_regs *ctx) {
  return IS_RETURN(ctx) ? returned(ctx) : probe_candidate(ctx);
}
