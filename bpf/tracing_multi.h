/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What all programs of tracing_multi links need. */
#ifndef IPFT_TRACING_MULTI_H
#define IPFT_TRACING_MULTI_H

#include "kprobe_address.h"
#include "trampoline_caller.h"

/* ctx: the function's arguments, 8 bytes each, without known types. Kernels with these programs have plain
 * loads, which are shorter than what the verifier inlines for bpf_get_func_arg(). */
static __always_inline void *argument(void *ctx, __u32 index) {
  return (void *)((const struct word *)cast_read_only(ctx + index * sizeof(__u64), SETTING(word_type)))
      ->value;
}

static __always_inline void describe_by_trampoline(void *ctx, struct hit *hit) {
  __u32 *index;

  hit->function_address = bpf_get_func_ip(ctx);
  if (SETTING(caller_at))
    hit->caller = trampoline_caller(ctx, hit->function_address);
  if (SETTING(asks_reason) == 0)
    return;
  index = reason_argument(hit->function_address);
  if (index)
    bpf_get_func_arg(ctx, *index & 7, &hit->reason);
}

#endif
