/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The address of the function that a kprobe is on. The file that includes it has its own header first, tracer
 * and all. */
#ifndef IPFT_KPROBE_ADDRESS_H
#define IPFT_KPROBE_ADDRESS_H

#include "body.h"

/* Without the helper the address is that of the breakpoint, or of what stands for one: before the instruction
 * pointer. The verifier never sees the branch that the settings rule out, so an old kernel does not mind the
 * helper in it. */
static __always_inline __u64 function_address(struct pt_regs *ctx) {
  return settings.has_func_ip ? bpf_get_func_ip(ctx) : ctx->ip - 1;
}

#endif
