/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a kprobe tells of the call that it is hit by. The file that includes it has its own header first,
 * tracer and all. */
#ifndef IPFT_KPROBE_ADDRESS_H
#define IPFT_KPROBE_ADDRESS_H

#include "body.h"

/* The address of a probe that is in the body of its function -> the address of the function. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1); /* set to their number before load */
  __type(key, __u64);
  __type(value, __u64);
} bodies SEC(".maps");

/* Without the helper the address is that of the breakpoint, or of what stands for one: before the instruction
 * pointer. The verifier never sees the branch that the settings rule out, so an old kernel does not mind the
 * helper in it. */
static __always_inline __u64 function_address(struct pt_regs *ctx) {
  __u64 probe = ctx->ip - 1;
  __u64 *function = settings.has_bodies ? bpf_map_lookup_elem(&bodies, &probe) : NULL;

  if (function)
    return *function;
  return settings.has_func_ip ? bpf_get_func_ip(ctx) : probe;
}

/* All are read, and one is taken: of an address that depends on `place` the verifier lets no program read. */
static __noinline __u64 register_of(struct pt_regs *ctx, __u32 place) {
  unsigned long arguments[IPFT_REGISTERS] = {ctx->di, ctx->si, ctx->dx, ctx->cx, ctx->r8, ctx->r9};
  __u64 value = 0;

#pragma unroll
  for (__u32 i = 0; i < IPFT_REGISTERS; i++) {
    __u64 argument = arguments[i];

    asm volatile("" : "+r"(argument));
    if (i == place)
      value = argument;
  }
  return value;
}

static __always_inline void describe(void *ctx, struct hit *hit) {
  const struct pt_regs *registers = ctx;
  __u32 *place;

  hit->function_address = function_address(ctx);
  if (settings.caller_at)
    bpf_probe_read_kernel(&hit->caller, sizeof(hit->caller), (void *)registers->sp);
  if (!settings.asks_reason)
    return;
  place = reason_argument(hit->function_address);
  if (place)
    hit->reason = (__u32)register_of(ctx, *place);
}

#endif
