/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Arguments of a function whose trampoline calls the program. These programs are templates (copied.h), since
 * bpf_get_func_ip() exists for tracing programs only from kernel 5.17 on. The templates are loaded as raw
 * tracepoint programs, their copies as tracing programs. */
#ifndef IPFT_FENTRY_ARGUMENT_H
#define IPFT_FENTRY_ARGUMENT_H

#include "copied.h"
#include "trampoline_caller.h"

/* Read in this way the skb is a scalar, as in all other programs. To a value loaded from ctx directly the
 * verifier assigns the argument's type, and it refuses `struct sk_buff **`. */
static __always_inline void *argument(__u64 *ctx, __u32 index) {
  void *value = 0;

  bpf_probe_read_kernel(&value, sizeof(value), ctx + index);
  return value;
}

static __always_inline void describe(void *ctx, struct hit *hit) {
  describe_copied(ctx, hit);
  if (SETTING(caller_at))
    hit->caller = trampoline_caller(ctx, hit->function_address);
}

#endif
