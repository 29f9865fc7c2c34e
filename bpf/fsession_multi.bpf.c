/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for function_graph by the backend fentry-multi: a tracing session runs a program at each call and
 * at its return, whatever the program returned at the call. The cookie, initially 0, marks calls that had an
 * event. */
#include "graph.h"
#include "session_kfuncs.h"
#include "tracing_multi.h"

#define NO_PROBE 1
#define IS_RETURN(ctx) is_return(ctx)

static __always_inline void identify(void *ctx, struct hit *hit) {
  hit->call_id = (__u64)cookie(ctx);
}

#define PROBE_BY(ctx, skb, how, emitter)                                                                     \
  ({                                                                                                         \
    int outcome = PROBE_WITH(ctx, skb, emitter, how, identify);                                              \
                                                                                                             \
    if (outcome != NO_PROBE)                                                                                 \
      *cookie(ctx) = 1;                                                                                      \
    outcome;                                                                                                 \
  })

static __always_inline int returned(void *ctx, bool by_kprobe) {
  __u64 *seen = cookie(ctx);
  __u64 value = 0;

  if (*seen == 0 || active == IPFT_INACTIVE)
    return 0;
  if (by_kprobe)
    value = RESULT((struct pt_regs *)ctx);
  else
    bpf_get_func_ret(ctx, &value);
  return emit_return(bpf_get_func_ip(ctx), (__u64)seen, value, IPFT_VALUED);
}

#include "tracing_multi_slots.h"
