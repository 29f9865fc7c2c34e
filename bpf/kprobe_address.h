/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a kprobe tells of the call that it is hit by. The file that includes it has its own header first,
 * tracer and all. */
#ifndef IPFT_KPROBE_ADDRESS_H
#define IPFT_KPROBE_ADDRESS_H

#include "body.h"

/* Without the helper the address is that of the breakpoint, or of what stands for one: before the instruction
 * pointer. The verifier never sees the branch that the settings rule out, so an old kernel does not mind the
 * helper in it. */
static __always_inline __u64 function_address(struct pt_regs *ctx) {
  return settings.has_func_ip ? bpf_get_func_ip(ctx) : ctx->ip - 1;
}

static __always_inline __u64 register_of(struct pt_regs *ctx, __u32 place) {
  switch (place) {
  case 0:
    return ctx->di;
  case 1:
    return ctx->si;
  case 2:
    return ctx->dx;
  case 3:
    return ctx->cx;
  case 4:
    return ctx->r8;
  default:
    return ctx->r9;
  }
}

static __always_inline void describe(struct pt_regs *ctx, struct hit *hit) {
  __u32 *place;

  hit->function_address = function_address(ctx);
  if (settings.caller_at)
    bpf_probe_read_kernel(&hit->caller, sizeof(hit->caller), (void *)ctx->sp);
  if (!settings.reason_at)
    return;
  place = reason_argument(hit->function_address);
  if (place)
    hit->reason = (__u32)register_of(ctx, *place);
}

#endif
