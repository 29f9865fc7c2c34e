/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What all programs of tracing_multi links need. */
#ifndef IPFT_TRACING_MULTI_H
#define IPFT_TRACING_MULTI_H

#include "kprobe_address.h"
#include "trampoline_caller.h"

/* ctx: the function's arguments, 8 bytes each, without known types, so they are read by a helper, for which
 * the verifier inlines a load. */
static __always_inline void *argument(void *ctx, __u32 index) {
  __u64 value = 0;

  bpf_get_func_arg(ctx, index, &value);
  return (void *)value;
}

static __always_inline void describe_by_trampoline(void *ctx, struct hit *hit) {
  __u32 *index;
  __u64 reason = 0;

  hit->function_address = bpf_get_func_ip(ctx);
  if (settings.caller_at)
    hit->caller = trampoline_caller(ctx, hit->function_address);
  if (!settings.asks_reason)
    return;
  index = reason_argument(hit->function_address);
  if (index && bpf_get_func_arg(ctx, *index, &reason) == 0)
    hit->reason = (__u32)reason;
}

#endif
