/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The arguments of a function that a trampoline calls programs for. Templates have them (copied.h), since
 * bpf_get_func_ip() came for tracing programs with kernel 5.17; they are loaded as raw tracepoint programs,
 * and their copies as tracing programs. */
#ifndef IPFT_FENTRY_ARGUMENT_H
#define IPFT_FENTRY_ARGUMENT_H

#include "copied.h"
#include "trampoline_caller.h"

/* Read this way the skb is a number as in all other programs: to what is loaded from ctx the verifier gives
 * the argument's type, and refuses `struct sk_buff **`. */
static __always_inline void *argument(__u64 *ctx, __u32 place) {
  void *value = 0;

  bpf_probe_read_kernel(&value, sizeof(value), ctx + place);
  return value;
}

static __always_inline void describe(void *ctx, struct hit *hit) {
  describe_copied(ctx, hit);
  if (settings.caller_at)
    hit->caller = trampoline_caller(ctx, hit->function_address);
}

#endif
