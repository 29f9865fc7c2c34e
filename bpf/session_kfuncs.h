/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A session (kprobe: Linux 6.10, tracing: 7.0) runs the same program at a call and at its return, and
 * provides a kfunc that says which of the two it is. */
#ifndef IPFT_SESSION_KFUNCS_H
#define IPFT_SESSION_KFUNCS_H

#include "body.h"

/* Up to Linux 6.19 the kfuncs take no argument, later the context, so no declaration suits all kernels.
 * Instead the addon replaces these numbers by the kfuncs' BTF ids. */
#define CALL_KFUNC(number, ctx, result)                                                                      \
  asm volatile("r1 = %1\n"                                                                                   \
               "call %2\n"                                                                                   \
               "%0 = r0\n"                                                                                   \
               : "=r"(result)                                                                                \
               : "r"(ctx), "i"(number)                                                                       \
               : "r0", "r1", "r2", "r3", "r4", "r5")

static __always_inline bool is_return(void *ctx) {
  __u64 result;

  CALL_KFUNC(IPFT_SESSION_IS_RETURN, ctx, result);
  return result & 1;
}

/* Memory that the kernel keeps for this call; its address is the `call_id` of the call. */
static __always_inline __u64 *cookie(void *ctx) {
  __u64 *result;

  CALL_KFUNC(IPFT_SESSION_COOKIE, ctx, result);
  return result;
}

#endif
