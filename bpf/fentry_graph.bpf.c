/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Templates for function_graph by the backend fentry: fentry programs for the slots, and one fexit program.
 */
#include "copied.h"
#include "fentry_argument.h"
#include "graph.h"

/* Fentry and fexit program of a call run from the same trampoline, which keeps the arguments at ctx, on the
 * stack, during the call. The address is negated to make it a scalar: Linux 5.10 does not accept a pointer in
 * a map's key. */
static __always_inline __u64 call_id(void *ctx) {
  __u64 result = (__u64)ctx;

  asm volatile("%0 = -%0" : "+r"(result));
  return result;
}

#define NO_PROBE 0

EMITTERS(by_copy, describe)

static __always_inline void identify(void *ctx, struct hit *hit) {
  hit->call_id = call_id(ctx);
}

static __always_inline int probe(void *ctx, const struct sk_buff *skb, enum emitter emitter) {
  PROBE_WITH(ctx, skb, emitter, by_copy, identify);
  return 0;
}

#include "copied_slots.h"

#define OWN_FUNCTION(ctx) function_address()
#include "argument_tie.h"

/* The return value lies after the arguments. bpf_get_func_ret() exists only from kernel 5.17 on; a direct
 * load from ctx would need a type that the verifier knows. */
static __always_inline int returned(void *ctx) {
  __u64 offset, value = 0;
  __u32 flags = IPFT_VALUED;

  REPLACED(IPFT_RETURN_OFFSET, offset);
  if (bpf_probe_read_kernel(&value, sizeof(value), (void *)(offset - call_id(ctx))) != 0)
    flags = 0;
  return emit_return(function_address(), call_id(ctx), value, flags);
}

SEC("raw_tracepoint") int ipft_return(void *ctx) {
  return active == IPFT_INACTIVE ? 0 : returned(ctx);
}
